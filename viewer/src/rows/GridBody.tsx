import { GridRow, type GridCells } from './GridRow'
import type { GridCursor } from './gridCursor'
import type { RowWindow } from './rowWindow'

interface GridBodyProps {
  readonly cells: GridCells
  readonly window: RowWindow
  readonly rowAt: (place: number) => number
  readonly cursor: GridCursor
  /** A cell has got the focus. */
  readonly onCursor: (cursor: GridCursor) => void
  /** A cell is to get it. */
  readonly onMove: (cursor: GridCursor) => void
  readonly hovered: GridCursor | null
  readonly onHover: (cell: GridCursor | null) => void
  readonly opened: number | null
  readonly marked: number | null
  readonly onOpen: ((row: number) => void) | null
}

/** The visible rows, in an element as high as all rows are, or as an element may be. */
export function GridBody(props: GridBodyProps) {
  const { window, cells, onCursor, onHover, onOpen, rowAt } = props
  const width = cells.widths.reduce((sum, cell) => sum + cell, 0)
  const onCell = (event: Event, act: (cell: GridCursor) => void) => {
    const cell = cellOf(event.target)
    if (cell) act(cell)
  }
  return (
    // eslint-disable-next-line jsx-a11y-x/click-events-have-key-events, jsx-a11y-x/no-static-element-interactions -- the grid handles keys
    <div
      class="grid-body"
      style={{ height: `${window.height}px`, width: `${width}px` }}
      onFocusCapture={(event) => {
        onCell(event, onCursor)
      }}
      onPointerOver={(event) => {
        onHover(event.pointerType === 'touch' ? null : cellOf(event.target))
      }}
      onPointerLeave={() => {
        onHover(null)
      }}
      onClick={(event) => {
        if (document.getSelection()?.isCollapsed === false) return
        onCell(event, (cell) => {
          props.onMove(cell)
          onOpen?.(rowAt(cell.row))
        })
      }}
    >
      <div class="grid-rows" role="rowgroup" style={{ transform: `translateY(${window.top}px)` }}>
        {placesToDraw(window, props.cursor.row).map((place) => drawRow(props, place))}
      </div>
    </div>
  )
}

function drawRow(props: GridBodyProps, place: number) {
  const { cells, window, cursor, hovered } = props
  const row = props.rowAt(place)
  return (
    <GridRow
      key={place}
      cells={cells}
      row={row}
      place={place}
      cursor={cursor.row === place ? cursor.column : null}
      hovered={hovered?.row === place ? hovered.column : null}
      opened={props.opened === row}
      marked={props.marked === row}
      parked={place < window.first || place >= window.end}
    />
  )
}

/** The rows of the window; that of the cursor stays, so that it keeps the focus. */
function placesToDraw({ first, end }: RowWindow, cursor: number): number[] {
  const places = Array.from({ length: end - first }, (_, index) => first + index)
  if (cursor >= end) return [...places, cursor]
  return cursor >= 0 && cursor < first ? [cursor, ...places] : places
}

function cellOf(target: EventTarget | null): GridCursor | null {
  const cell = target instanceof Element ? target.closest('[role="gridcell"]') : null
  const row = cell?.parentElement
  if (!cell || !row) return null
  const place = Number(row.getAttribute('aria-rowindex')) - 2
  return { row: place, column: Array.prototype.indexOf.call(row.children, cell) }
}
