import { type GridColumn, isNumeric } from './gridColumns'
import type { ColumnSort } from './RowGrid'

interface GridHeaderProps {
  readonly columns: readonly GridColumn[]
  readonly widths: readonly number[]
  /** The header with the cursor, or null. */
  readonly cursor: number | null
  readonly sort: ColumnSort | null
  readonly onSort: ((column: number) => void) | null
  readonly onFocus: (column: number) => void
  readonly onResize: (column: number, width: number) => void
  readonly onMove: ((from: number, to: number) => void) | null
}

const NARROWEST = 40
const HINT =
  'Sort the loaded rows. Drag to move the column.\nWith keys: Alt+arrows resize, Shift+arrows move.'

export function GridHeader(props: GridHeaderProps) {
  return (
    <div class="grid-header" role="rowgroup">
      <div class="grid-row" role="row" aria-rowindex={1}>
        {props.columns.map((column, index) => (
          <HeaderCell key={column.key} column={column} index={index} {...props} />
        ))}
      </div>
    </div>
  )
}

interface HeaderCellProps extends GridHeaderProps {
  readonly column: GridColumn
  readonly index: number
}

function HeaderCell(props: HeaderCellProps) {
  const { column, index, widths, cursor, sort, onSort } = props
  const sorted = sort?.key === column.key ? sort : null
  const classes = []
  if (sorted) classes.push('sorted')
  if (isNumeric(column)) classes.push('number')
  return (
    <div
      class={classes.join(' ') || undefined}
      role="columnheader"
      aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : undefined}
      tabIndex={index === cursor ? 0 : -1}
      title={onSort ? `${column.label}\n${HINT}` : column.label}
      onFocus={() => {
        props.onFocus(index)
      }}
      onClick={() => onSort?.(index)}
      onPointerDown={(event) => {
        if (props.onMove) startDrag(event, index, props.onMove)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return
        event.preventDefault()
        event.stopPropagation()
        onSort?.(index)
      }}
    >
      <span class="ellipsis">{column.label}</span>
      {sorted && <span aria-hidden="true">{sorted.descending ? '↓' : '↑'}</span>}
      <ResizeHandle
        width={widths[index] ?? 0}
        onResize={(width) => {
          props.onResize(index, width)
        }}
      />
    </div>
  )
}

/** Touch scrolls the grid, and the handle at the edge resizes. */
function startDrag(
  event: PointerEvent & { readonly currentTarget: HTMLElement },
  from: number,
  onMove: (from: number, to: number) => void,
): void {
  const { currentTarget: header, clientX, target } = event
  const onHandle = target instanceof Element && target.classList.contains('grid-resize')
  if (event.pointerType === 'touch' || event.button !== 0 || onHandle) return
  void import('./columnDrag').then(({ dragColumn }) => {
    dragColumn(header, { from, startX: clientX }, (to) => {
      onMove(from, to)
    })
  })
}

interface ResizeHandleProps {
  readonly width: number
  readonly onResize: (width: number) => void
}

/** Changes the width by dragging; the keyboard does it on the header itself. */
function ResizeHandle({ width, onResize }: ResizeHandleProps) {
  return (
    <span
      class="grid-resize"
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation()
      }}
      onPointerDown={(event) => {
        const handle = event.currentTarget
        const start = event.clientX - width
        const move = ({ clientX }: PointerEvent) => {
          onResize(Math.max(NARROWEST, clientX - start))
        }
        event.preventDefault()
        handle.setPointerCapture(event.pointerId)
        handle.addEventListener('pointermove', move)
        handle.addEventListener(
          'lostpointercapture',
          () => {
            handle.removeEventListener('pointermove', move)
          },
          { once: true },
        )
      }}
    />
  )
}
