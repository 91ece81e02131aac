import { Dialog } from '../controls/Dialog'
import type { ResultTable } from '../results/resultTable'
import { valueText } from '../results/valueText'

interface RowDialogProps {
  readonly table: ResultTable
  readonly row: number
  readonly onClose: () => void
}

/** One row with its whole values. */
export function RowDialog({ table, row, onClose }: RowDialogProps) {
  return (
    <Dialog title={`Row ${row + 1}`} onClose={onClose}>
      <dl class="row-values">
        {table.columns.map(({ name, type }, column) => (
          <div key={column}>
            <dt class="muted">{name}</dt>
            <dd class="mono">{textOf(table, row, column, type)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

function textOf(table: ResultTable, row: number, column: number, type: string): string {
  const value = table.value(row, column)
  return value === null ? 'NULL' : valueText(value, type)
}
