/** How the editor looks. In a shadow root, so it sees the page's custom properties and no other rule. */

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const WAVE = 'wavy underline 1px var(--danger)'

const theme = EditorView.theme({
  '&': { backgroundColor: 'var(--surface)', color: 'var(--text)', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', fontSize: 'var(--text-size)', lineHeight: '1.55' },
  '.cm-content': { caretColor: 'var(--text)', padding: 'var(--gap-2) 0' },
  '.cm-cursor': { borderLeft: '2px solid var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', border: 'none', color: 'var(--muted)' },
  '.cm-gutters.cm-gutters-before': { borderRight: '1px solid var(--rule)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--text)', fontWeight: '600' },
  '.cm-placeholder': { color: 'var(--muted)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground':
    { backgroundColor: 'var(--selected)' },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--hover)',
    outline: '1px solid var(--control-border)',
  },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: WAVE,
    textUnderlineOffset: '3px',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--control-border)',
    borderRadius: 'var(--radius)',
    boxShadow: 'var(--shadow)',
    color: 'var(--text)',
  },
})

const completionTheme = EditorView.theme({
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mono)',
    fontSize: 'var(--text-size)',
    maxHeight: 'none',
    overflow: 'hidden',
    minWidth: '240px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    alignItems: 'center',
    display: 'flex',
    gap: 'var(--gap-3)',
    minHeight: 'var(--target)',
    padding: '0 var(--gap-2)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--on-accent)',
  },
  '.cm-completionMatchedText': { fontWeight: '700', textDecoration: 'none' },
  '.cm-completionDetail': {
    color: 'var(--muted)',
    fontFamily: 'var(--font)',
    fontSize: 'var(--text-small)',
    fontStyle: 'normal',
    marginLeft: 'auto',
  },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-tooltip.cm-completionInfo': { maxWidth: '300px', padding: 'var(--gap-1) var(--gap-2)' },
  '.cm-diagnostic-error': {
    borderLeft: '3px solid var(--danger)',
    padding: 'var(--gap-1) var(--gap-2)',
  },
})

const highlight = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--success)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--caution)' },
  { tag: [tags.standard(tags.name), tags.typeName], color: 'var(--series-5)' },
  { tag: tags.comment, color: 'var(--muted)', fontStyle: 'italic' },
])

export const editorStyle: Extension = [theme, completionTheme, syntaxHighlighting(highlight)]
