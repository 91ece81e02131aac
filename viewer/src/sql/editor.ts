/** The SQL editor: CodeMirror in a shadow root, where it styles itself without a `<style>` element. */

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { SQLDialect } from '@codemirror/lang-sql'
import { bracketMatching } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState, Prec, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'

import { completionSource, type FieldSource } from './completionSource'
import { functions, keywords, types, values } from './dialect'
import { editorStyle } from './editorStyle'
import { dottedNameAt, rangeAt } from './textPosition'
import { typedReplacement } from './typedReplacement'

export interface EditorOptions {
  /** What screen readers call it. */
  readonly label: string
  readonly text: string
  /** How many characters are before the cursor. */
  readonly cursor: number
  readonly fields: FieldSource
  readonly onChange: (text: string) => void
  readonly onRun: () => void
  /** Returns whether there was something to stop. */
  readonly onStop: () => boolean
}

export interface SqlProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

export interface Editor {
  /** Replaces the text, unless it is the same. */
  setText(text: string): void
  /** Replaces the selection. */
  insert(text: string): void
  /** Underlines the word there; null removes it. */
  markProblem(problem: SqlProblem | null): void
  /** Puts the cursor there. */
  moveTo(line: number, column: number): void
  focus(): void
  destroy(): void
}

const dialect = SQLDialect.define({
  keywords: keywords.join(' '),
  // A name of one letter is an alias, not Euler's number.
  builtin: [...functions, ...values].filter((name) => name.length > 1).join(' '),
  types: types.join(' '),
  caseInsensitiveIdentifiers: true,
})

/** Few enough for a list that need not scroll, as it cannot have the focus; arrows show the others. */
const OPTIONS_SHOWN = 12

export function mountEditor(parent: HTMLElement, options: EditorOptions): Editor {
  const root = parent.shadowRoot ?? parent.attachShadow({ mode: 'open' })
  const { text: doc, cursor: anchor } = options
  const state = EditorState.create({
    ...{ doc, selection: { anchor: Math.min(anchor, doc.length) } },
    extensions: extensionsFor(options),
  })
  const view = new EditorView({ parent: root, root, state })
  return {
    setText: (text) => {
      replaceText(view, text)
    },
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text))
    },
    markProblem: (problem) => {
      view.dispatch(setDiagnostics(view.state, problem ? [diagnosticOf(view, problem)] : []))
    },
    moveTo: (line, column) => {
      const { from } = rangeAt(view.state.doc.toString(), line, column)
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true })
    },
    focus: () => {
      view.focus()
    },
    destroy: () => {
      view.destroy()
    },
  }
}

function extensionsFor(options: EditorOptions): Extension {
  return [
    keysOf(options),
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    typedReplacement,
    highlightActiveLine(),
    highlightActiveLineGutter(),
    dialect.extension,
    autocompletion({
      override: [completionSource(options.fields)],
      icons: false,
      maxRenderedOptions: OPTIONS_SHOWN,
    }),
    editorStyle,
    placeholder('SELECT … FROM …'),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      spellcheck: 'false',
      tabindex: '0',
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange(update.state.doc.toString())
    }),
  ]
}

/** Tab leaves the editor, as WCAG 2.1.2 asks, unless it takes what is offered. */
function keysOf({ onRun, onStop }: EditorOptions): Extension {
  const run = () => {
    onRun()
    return true
  }
  return [
    Prec.highest(
      keymap.of([
        { key: 'Ctrl-Enter', run },
        { key: 'Mod-Enter', run },
      ]),
    ),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      { key: 'Tab', run: acceptCompletion },
      { key: 'Escape', run: onStop },
      ...historyKeymap,
      ...defaultKeymap,
    ]),
  ]
}

function replaceText(view: EditorView, text: string): void {
  const { doc } = view.state
  if (doc.toString() === text) return
  view.dispatch({ changes: { from: 0, to: doc.length, insert: text } })
}

function diagnosticOf(view: EditorView, { line, column, message }: SqlProblem) {
  const sql = view.state.doc.toString()
  const range = dottedNameAt(sql, rangeAt(sql, line, column))
  return { ...range, severity: 'error' as const, message }
}
