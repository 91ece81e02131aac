import './grid.css'

import { useMemo, useRef, useState } from 'preact/hooks'

import type { Commands } from '../app/commands'
import type { FieldReader } from '../results/fieldReader'
import type { ResultTable } from '../results/resultTable'
import type { Zone } from '../time/zones'
import { GridBody } from './GridBody'
import { GridHeader } from './GridHeader'
import type { GridCells } from './GridRow'
import { cellContent } from './cellContent'
import { visibleCharacters } from './columnWidths'
import type { GridColumn } from './gridColumns'
import { type GridCursor, HEADER } from './gridCursor'
import { rowWindow } from './rowWindow'
import { useColumnWidths } from './useColumnWidths'
import { useCursor } from './useCursor'
import { useGridCommands } from './useGridCommands'
import { useScroller } from './useScroller'
import { isFilterable } from './valueFilter'

export interface ColumnSort {
  readonly key: string
  readonly descending: boolean
}

export interface RowGridProps {
  readonly label: string
  readonly table: ResultTable
  readonly reader: FieldReader
  readonly columns: readonly GridColumn[]
  readonly zone: Zone
  readonly commands: Commands
  /** The rows of the table in the order shown; null: as they came. */
  readonly order?: Uint32Array | null
  readonly sort?: ColumnSort | null
  /** The rows are not in that order yet. */
  readonly sorting?: boolean
  readonly onSort?: (column: GridColumn) => void
  /** The row that is open elsewhere. */
  readonly opened?: number | null
  /** The row that all others are around; the grid starts there. */
  readonly marked?: number | null
  /** The cell to show and mark, as a person looks for something; the focus stays where it is. */
  readonly found?: GridCursor | null
  readonly onOpen?: (row: number) => void
  readonly onFilter?: (row: number, column: GridColumn, negated: boolean) => void
  readonly onMoveColumn?: (from: number, to: number) => void
  /** The rows are those of an earlier run. */
  readonly stale?: boolean
}

export const ROW_HEIGHT = 26
const HEADER_HEIGHT = 28

/** A grid of any number of rows, of which only the visible ones are in the document. */
export function RowGrid(props: RowGridProps) {
  const { columns, order = null, found = null } = props
  const { scroller, state, size, widths, resize, cursor } = useGrid(props)
  const [hovered, setHovered] = useState<GridCursor | null>(null)
  const cells = useCells(props, widths)
  const rowAt = (place: number) => order?.[place] ?? place
  const marked = found ? rowAt(found.row) : (props.marked ?? null)
  useGridCommands(props, cursor, rowAt)

  return (
    // eslint-disable-next-line jsx-a11y-x/interactive-supports-focus -- one of its cells has the focus
    <div
      ref={scroller}
      class={props.stale ? 'grid stale' : 'grid'}
      role="grid"
      aria-label={props.label}
      aria-rowcount={size.rows + 1}
      aria-busy={[props.stale, props.sorting].includes(true)}
      style={{ '--grid-columns': widths.map((width) => `${width}px`).join(' ') }}
      onKeyDown={(event) => {
        if (changesColumn(event, cursor.at, props, widths, resize)) return
        if (!opensRow(event, cursor.at, props, rowAt)) cursor.onKeyDown(event)
      }}
    >
      <GridHeader
        columns={columns}
        widths={widths}
        cursor={cursor.at.row === HEADER ? cursor.at.column : null}
        sort={props.sort ?? null}
        onSort={sorter(props)}
        onFocus={(column) => {
          cursor.put({ row: HEADER, column })
        }}
        onResize={resize}
        onMove={props.onMoveColumn ?? null}
      />
      <GridBody
        cells={cells}
        window={rowWindow(size, state.scrollTop)}
        rowAt={rowAt}
        cursor={cursor.at}
        onCursor={cursor.put}
        onMove={cursor.moveTo}
        hovered={hovered}
        onHover={setHovered}
        opened={props.opened ?? null}
        marked={marked}
        onOpen={props.onOpen ?? null}
      />
    </div>
  )
}

function useGrid(props: RowGridProps) {
  const { table, columns, marked = null, found = null } = props
  const scroller = useRef<HTMLDivElement>(null)
  const { state, scrollTo } = useScroller(scroller)
  const [widths, resize] = useColumnWidths(props, state.width)
  const size = {
    rows: table.length,
    rowHeight: ROW_HEIGHT,
    viewport: Math.max(0, state.height - HEADER_HEIGHT),
  }
  const cursor = useCursor({
    ...{ scroller, size, columns: columns.length, state, scrollTo },
    ...{ marked, found },
  })
  return { scroller, state, size, widths, resize, cursor }
}

function useCells(props: RowGridProps, widths: readonly number[]): GridCells {
  const { reader, columns, zone, onFilter } = props
  const filter = useRef(onFilter)
  filter.current = onFilter
  const canFilter = onFilter !== undefined
  return useMemo(() => {
    const most = widths.map(visibleCharacters)
    return {
      columns,
      widths,
      content: (row, index) => {
        const column = columns[index]
        if (!column) return { kind: 'empty', text: '' }
        return cellContent(reader, row, column, zone, most[index])
      },
      canFilter: (row, index) => {
        const column = columns[index]
        return (
          column?.field !== undefined && column.field !== null && isFilterable(reader, row, column)
        )
      },
      onFilter: canFilter
        ? (row, index, negated) => {
            const column = columns[index]
            if (column) filter.current?.(row, column, negated)
          }
        : null,
    }
  }, [reader, columns, widths, zone, canFilter])
}

function sorter({ columns, onSort }: RowGridProps): ((index: number) => void) | null {
  if (!onSort) return null
  return (index) => {
    const column = columns[index]
    if (column) onSort(column)
  }
}

/** Enter on a cell, also where the keys of the page do nothing. */
function opensRow(
  event: KeyboardEvent,
  { row }: GridCursor,
  { table, onOpen }: RowGridProps,
  rowAt: (place: number) => number,
): boolean {
  const { target, key, ctrlKey, altKey, metaKey } = event
  const isCell = target instanceof Element && target.getAttribute('role') === 'gridcell'
  if (key !== 'Enter' || ctrlKey || altKey || metaKey || !isCell) return false
  if (!onOpen || row === HEADER || row >= table.length) return false
  event.preventDefault()
  onOpen(rowAt(row))
  return true
}

const STEP = 16

/** Resizes or moves the column whose header has the cursor. */
function changesColumn(
  event: KeyboardEvent,
  { row, column }: GridCursor,
  { onMoveColumn, columns }: RowGridProps,
  widths: readonly number[],
  resize: (column: number, width: number) => void,
): boolean {
  const step = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
  if (step === 0 || row !== HEADER || !(event.altKey || event.shiftKey)) return false
  event.preventDefault()
  const to = column + step
  if (event.altKey) resize(column, Math.max(STEP * 3, (widths[column] ?? 0) + step * STEP))
  else if (to >= 0 && to < columns.length) onMoveColumn?.(column, to)
  return true
}
