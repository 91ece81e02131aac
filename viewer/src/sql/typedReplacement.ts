/** Typing over a selection, without the browser's own editing. */

import { EditorView } from '@codemirror/view'

/**
 * Chromium keeps the style of the text that typing replaces in a `style` attribute, which the page's policy
 * forbids and reports. So the editor replaces the selection itself.
 */
export const typedReplacement = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    const { data, inputType, isComposing } = event
    const isTyped = inputType === 'insertText' && data !== null && !isComposing
    if (!isTyped || view.state.selection.main.empty) return false
    event.preventDefault()
    typeText(view, data)
    return true
  },
})

function typeText(view: EditorView, text: string): void {
  const { from, to } = view.state.selection.main
  const insert = () => view.state.update(view.state.replaceSelection(text), TYPED)
  const handlers = view.state.facet(EditorView.inputHandler)
  if (!handlers.some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert())
}

const TYPED = { userEvent: 'input.type', scrollIntoView: true } as const
