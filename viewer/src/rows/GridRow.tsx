import { Component } from 'preact'

import { severityOf } from '../histogram/levels'
import { CellActions } from './CellActions'
import type { CellContent } from './cellContent'
import { type GridColumn, isNumeric } from './gridColumns'

/** What all rows of a grid have in common; the same object until any of it changes. */
export interface GridCells {
  readonly columns: readonly GridColumn[]
  readonly widths: readonly number[]
  content(row: number, column: number): CellContent
  /** Whether a filter for the value finds its row. */
  canFilter(row: number, column: number): boolean
  /** Null if values cannot be filtered for. */
  readonly onFilter: ((row: number, column: number, negated: boolean) => void) | null
}

export interface GridRowProps {
  readonly cells: GridCells
  /** In the table. */
  readonly row: number
  /** In the order shown. */
  readonly place: number
  /** The cell with the cursor, or null. */
  readonly cursor: number | null
  /** The cell under the pointer, or null. */
  readonly hovered: number | null
  readonly opened: boolean
  readonly marked: boolean
  /** Out of view, kept because it has the focus. */
  readonly parked: boolean
}

/** A row that renders only when something about it changes, as most of those on screen stay while it scrolls. */
export class GridRow extends Component<GridRowProps> {
  override shouldComponentUpdate(next: GridRowProps): boolean {
    const now = this.props
    return (
      next.cells !== now.cells ||
      next.row !== now.row ||
      next.cursor !== now.cursor ||
      next.hovered !== now.hovered ||
      next.opened !== now.opened ||
      next.marked !== now.marked ||
      next.parked !== now.parked
    )
  }

  render({ cells, row, place, cursor, hovered, opened, marked, parked }: GridRowProps) {
    const classes = ['grid-row']
    if (place % 2 === 1) classes.push('odd')
    if (opened) classes.push('opened')
    if (marked) classes.push('marked')
    if (parked) classes.push('parked')
    return (
      <div
        class={classes.join(' ')}
        role="row"
        aria-rowindex={place + 2}
        aria-selected={opened || undefined}
        aria-current={marked ? 'true' : undefined}
      >
        {cells.columns.map((column, index) => {
          const active = index === cursor || index === hovered
          return renderCell(cells, row, index, column, index === cursor, active)
        })}
      </div>
    )
  }
}

/** Not a component: a frame of a fast scroll makes two hundred cells. */
function renderCell(
  cells: GridCells,
  row: number,
  index: number,
  column: GridColumn,
  focusable: boolean,
  active: boolean,
) {
  const content = cells.content(row, index)
  const { onFilter } = cells
  const acts = active && onFilter && cells.canFilter(row, index)
  const kind = cellClass(content, column)
  return (
    <div
      key={column.key}
      class={acts ? `acting ${kind ?? ''}` : kind}
      role="gridcell"
      tabIndex={focusable ? 0 : undefined}
    >
      {acts ? <span class="acting-text">{content.text}</span> : content.text}
      {acts && (
        <CellActions
          label={column.label}
          text={content.text}
          onFilter={(negated) => {
            onFilter(row, index, negated)
          }}
        />
      )}
    </div>
  )
}

/** Most cells have none, which makes them cheaper. */
function cellClass({ kind, text }: CellContent, column: GridColumn): string | undefined {
  if (kind !== 'text') return 'no-value'
  if (column.level) return `level level-${severityOf(text) ?? 'none'}`
  return isNumeric(column) ? 'number' : undefined
}
