import { useEffect, useRef, useState } from 'preact/hooks'

import { type Store, useStore } from '../app/store'
import type { Editor, EditorOptions, SqlProblem } from './editor'

type TextSource = Pick<Store<string>, 'get' | 'subscribe'>

interface SqlEditorProps extends Omit<EditorOptions, 'label' | 'text' | 'cursor'> {
  /** Read when it changes and not when it is rendered, which may be some keys later. */
  readonly text: TextSource
  readonly problem: SqlProblem | null
  /** Told once the editor is there, and with null when it goes. */
  readonly onReady: (editor: Editor | null) => void
}

const LABEL = 'SQL'

/** The editor; a plain text area until it has arrived, and if it never does. */
export function SqlEditor(props: SqlEditorProps) {
  const { text, problem, onReady, ...events } = props
  const host = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const [editor, setEditor] = useState<Editor | null>(null)

  useEffect(() => keepMounted(host, latest, setEditor), [])
  useEffect(() => {
    const write = () => editor?.setText(text.get())
    write()
    return text.subscribe(write)
  }, [editor, text])
  useEffect(() => {
    editor?.markProblem(problem)
  }, [editor, problem])
  useEffect(() => {
    onReady(editor)
  }, [editor, onReady])

  return (
    <div class="sql-editor">
      <div ref={host} class="sql-editor-host" hidden={!editor} onKeyDown={keepKeys} role="none" />
      {!editor && <PlainEditor text={text} {...events} />}
    </div>
  )
}

/** Loads the editor and mounts it; returns what takes it away. */
function keepMounted(
  host: { readonly current: HTMLDivElement | null },
  latest: { readonly current: SqlEditorProps },
  setEditor: (editor: Editor | null) => void,
): () => void {
  let mounted: Editor | null = null
  let isWanted = true
  void import('./editor').then(
    ({ mountEditor }) => {
      if (!isWanted || !host.current) return
      const { text, fields } = latest.current
      const typed = focusedTextArea()
      mounted = mountEditor(host.current, {
        ...{ label: LABEL, text: text.get(), fields, cursor: typed?.selectionStart ?? 0 },
        onChange: (changed) => {
          latest.current.onChange(changed)
        },
        onRun: () => {
          latest.current.onRun()
        },
        onStop: () => latest.current.onStop(),
      })
      // Whoever has begun to type goes on in the editor.
      host.current.hidden = false
      if (typed) mounted.focus()
      setEditor(mounted)
    },
    () => undefined,
  )
  return () => {
    isWanted = false
    mounted?.destroy()
    setEditor(null)
  }
}

function focusedTextArea(): HTMLTextAreaElement | null {
  const { activeElement } = document
  return activeElement instanceof HTMLTextAreaElement ? activeElement : null
}

/** What the editor did, or is typed in it, is not for the page, which sees no input through the shadow root. */
function keepKeys(event: KeyboardEvent): void {
  const isCommand = event.ctrlKey || event.metaKey || event.altKey || event.key === 'Escape'
  if (event.defaultPrevented || !isCommand) event.stopPropagation()
}

type PlainEditorProps = Pick<SqlEditorProps, 'text' | 'onChange' | 'onRun' | 'onStop'>

function PlainEditor({ text, onChange, onRun, onStop }: PlainEditorProps) {
  return (
    <textarea
      class="sql-editor-plain mono"
      aria-label={LABEL}
      spellcheck={false}
      value={useStore(text, (written) => written)}
      onInput={(event) => {
        onChange(event.currentTarget.value)
      }}
      onKeyDown={(event) => {
        const runs = event.key === 'Enter' && (event.ctrlKey || event.metaKey)
        if (runs) onRun()
        if (runs || (event.key === 'Escape' && onStop())) event.preventDefault()
        keepKeys(event)
      }}
    />
  )
}
