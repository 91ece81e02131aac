/** Moving a column by dragging its header: a line shows where it would be put, Escape leaves it where it is. */

interface Drag {
  readonly from: number
  /** Where the pointer went down. */
  readonly startX: number
}

interface Edges {
  readonly left: number
  readonly right: number
}

/** A press that moves less is a click. */
const THRESHOLD = 5

/** Tell before which column the pointer is: 0 is before the first, their number after the last. */
export function insertionPlace(columns: readonly Edges[], x: number): number {
  return columns.filter(({ left, right }) => (left + right) / 2 < x).length
}

/** Tell where a column ends up that is put before another; null if that is where it is. */
export function movedTo(from: number, place: number): number | null {
  if (place === from || place === from + 1) return null
  return place > from ? place - 1 : place
}

/** Follows the pointer until it is released. */
export function dragColumn(
  header: HTMLElement,
  { from, startX }: Drag,
  onDrop: (to: number) => void,
): void {
  const line = document.createElement('div')
  line.className = 'grid-insertion'
  const following = new AbortController()
  const { signal } = following
  let to: number | null = null
  let isCancelled = false

  const end = () => {
    following.abort()
    line.remove()
    header.classList.remove('dragged')
  }
  const follow = (event: PointerEvent) => {
    const { buttons, clientX, pointerId } = event
    if (buttons === 0) {
      end()
      return
    }
    if (isCancelled || (!line.isConnected && Math.abs(clientX - startX) < THRESHOLD)) return
    header.setPointerCapture(pointerId)
    header.classList.add('dragged')
    to = showPlace(line, header, from, clientX)
  }
  const drop = () => {
    const wasDragged = line.isConnected
    end()
    if (wasDragged) ignoreClick(header)
    if (wasDragged && to !== null) onDrop(to)
  }
  const cancel = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !line.isConnected) return
    event.preventDefault()
    event.stopPropagation()
    to = null
    isCancelled = true
    line.hidden = true
    header.classList.remove('dragged')
  }
  document.addEventListener('pointermove', follow, { signal })
  document.addEventListener('pointerup', drop, { signal })
  document.addEventListener('pointercancel', end, { signal })
  document.addEventListener('keydown', cancel, { signal, capture: true })
}

/** Draws the line at the place below the pointer; hides it where the column already is. */
function showPlace(line: HTMLElement, header: HTMLElement, from: number, x: number): number | null {
  const edges = Array.from(header.parentElement?.children ?? [], (column) =>
    column.getBoundingClientRect(),
  )
  const grid = header.closest('[role="grid"]')?.getBoundingClientRect()
  const place = insertionPlace(edges, x)
  const to = movedTo(from, place)
  const left = edges[place]?.left ?? edges.at(-1)?.right
  if (!grid || left === undefined) return null
  if (!line.isConnected) document.body.append(line)
  line.hidden = to === null
  line.style.left = `${Math.min(Math.max(left, grid.left), grid.right) - 2}px`
  line.style.top = `${grid.top}px`
  line.style.height = `${grid.height}px`
  return to
}

/** The release of the button is a click on the header as well, which would sort. */
function ignoreClick(header: HTMLElement): void {
  const ignored = new AbortController()
  header.addEventListener(
    'click',
    (event) => {
      event.stopImmediatePropagation()
    },
    { capture: true, signal: ignored.signal },
  )
  setTimeout(() => {
    ignored.abort()
  })
}
