/** Moves in a tree by the keys of the WAI-ARIA pattern; +, − and c press the buttons beside a value. */
export function moveInTree(event: KeyboardEvent): void {
  const tree = event.currentTarget
  const item = event.target instanceof Element ? event.target.closest('[role="treeitem"]') : null
  if (!(tree instanceof Element) || !(item instanceof HTMLElement)) return
  if (event.ctrlKey || event.altKey || event.metaKey) return
  const act = ACTIONS[event.key]
  if (!act?.(item, tree)) return
  event.preventDefault()
  event.stopPropagation()
}

/** Makes the item with the focus the one in the tab order. */
export function takeFocus(event: FocusEvent): void {
  const tree = event.currentTarget
  const item = event.target
  if (!(tree instanceof Element) || !(item instanceof HTMLElement)) return
  if (item.getAttribute('role') !== 'treeitem') return
  for (const other of tree.querySelectorAll('[role="treeitem"][tabindex="0"]')) {
    other.setAttribute('tabindex', '-1')
  }
  item.setAttribute('tabindex', '0')
}

/** Returns whether the key did something. */
type Action = (item: HTMLElement, tree: Element) => boolean

const ACTIONS: Readonly<Partial<Record<string, Action>>> = {
  ArrowDown: (item, tree) => focusBeside(item, tree, 1),
  ArrowUp: (item, tree) => focusBeside(item, tree, -1),
  Home: (_, tree) => focus(itemsOf(tree)[0]),
  End: (_, tree) => focus(itemsOf(tree).at(-1)),
  ArrowRight: (item, tree) =>
    item.ariaExpanded === 'false' ? press(item, '.tree-toggle') : focusInside(item, tree),
  ArrowLeft: (item) =>
    item.ariaExpanded === 'true'
      ? press(item, '.tree-toggle')
      : focus(item.parentElement?.closest('[role="treeitem"]')),
  Enter: (item) => press(item, '.tree-toggle'),
  ' ': (item) => press(item, '.tree-toggle'),
  c: (item) => press(item, '.tree-actions > .button'),
  '+': (item) => press(item, '.cell-action:first-child'),
  '-': (item) => press(item, '.cell-action:last-child'),
}

function itemsOf(tree: Element): HTMLElement[] {
  return [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')]
}

function focusBeside(item: HTMLElement, tree: Element, step: number): boolean {
  const items = itemsOf(tree)
  return focus(items[items.indexOf(item) + step])
}

function focusInside(item: HTMLElement, tree: Element): boolean {
  return item.ariaExpanded === 'true' && focusBeside(item, tree, 1)
}

function focus(item: Element | null | undefined): boolean {
  if (item instanceof HTMLElement) item.focus()
  return true
}

/** Presses a button of the item itself, not of one inside. */
function press(item: HTMLElement, selector: string): boolean {
  const button = item.querySelector<HTMLElement>(
    `:scope > .tree-line${selector === '.tree-toggle' ? selector : ` ${selector}`}`,
  )
  button?.click()
  return button !== null
}
