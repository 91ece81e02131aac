import { useCommand } from '../app/commands'
import type { RowGridProps } from './RowGrid'
import { HEADER } from './gridCursor'
import type { Cursor } from './useCursor'

/** Let keys that work everywhere move in the grid and act on the cell with the cursor. */
export function useGridCommands(
  props: RowGridProps,
  cursor: Cursor,
  rowAt: (place: number) => number,
): void {
  const { commands, onOpen, onFilter, columns } = props
  const { row: place, column } = cursor.at
  const isRow = place !== HEADER && place < props.table.length
  const move = (step: number) => () => {
    cursor.moveTo({ row: Math.max(0, place + step), column })
  }
  const filter = (negated: boolean) => () => {
    const filtered = columns[column]
    if (filtered?.field) onFilter?.(rowAt(place), filtered, negated)
  }
  useCommand(commands, 'nextRow', move(1))
  useCommand(commands, 'previousRow', move(-1))
  useCommand(
    commands,
    'openRecord',
    isRow && onOpen
      ? () => {
          onOpen(rowAt(place))
        }
      : null,
  )
  useCommand(commands, 'filterFor', isRow && onFilter ? filter(false) : null)
  useCommand(commands, 'filterOut', isRow && onFilter ? filter(true) : null)
}
