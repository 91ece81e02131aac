import { useMemo, useState } from 'preact/hooks'

import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Tabs } from '../controls/Tabs'
import { createFieldReader } from '../results/fieldReader'
import { countText } from '../results/quantities'
import type { ResultTable } from '../results/resultTable'
import { LinkButton } from '../rows/LinkButton'
import { type ColumnSort, RowGrid } from '../rows/RowGrid'
import { type GridColumn, resultColumns } from '../rows/gridColumns'
import { type RowOrder, RowSorter } from '../rows/rowSorter'
import { useFinding } from '../rows/useFinding'
import { readChart } from './chart'
import { ResultLinks } from './ResultLinks'
import { RowDialog } from './RowDialog'
import { SqlChart } from './SqlChart'

interface SqlResultsProps {
  readonly table: ResultTable
  readonly queryId: string | null
  readonly stale: boolean
  /** More rows are coming. */
  readonly growing: boolean
  /** The text is no longer the one of these rows. */
  readonly changed: boolean
}

const PANEL = 'sql-results'
const TABS = [
  { value: 'rows', label: 'Rows' },
  { value: 'chart', label: 'Chart' },
]

/** The rows of a query, as a grid or as lines over time, and where to download them. */
export function SqlResults({ table, queryId, stale, growing, changed }: SqlResultsProps) {
  const { api, location } = useViewer()
  const zone = useStore(location, (place) => place.zone)
  const [chosen, setChosen] = useState('rows')
  const chart = useMemo(() => (growing ? null : readChart(table)), [table, growing])
  const tab = chart ? chosen : 'rows'
  return (
    <section class="pane sql-results" aria-label="Result">
      <div class="toolbar">
        {chart && (
          <Tabs label="Result as" value={tab} options={TABS} onChange={setChosen} panelId={PANEL} />
        )}
        <span role="status" class="numeric">
          {countText(table.length)} {table.length === 1 ? 'row' : 'rows'}
          {growing && ' so far'}
        </span>
        {changed && <span class="muted">of the text before you changed it</span>}
        <span class="spacer" />
        <LinkButton />
        {queryId !== null && <ResultLinks api={api} queryId={queryId} />}
      </div>
      <div class="pane-body" id={PANEL} {...(chart && { role: 'tabpanel', 'aria-label': tab })}>
        {chart && tab === 'chart' ? (
          <SqlChart data={chart} zone={zone} />
        ) : (
          <ResultGrid table={table} stale={stale} />
        )}
      </div>
    </section>
  )
}

function ResultGrid({ table, stale }: Pick<SqlResultsProps, 'table' | 'stale'>) {
  const { commands, location } = useViewer()
  const zone = useStore(location, (place) => place.zone)
  const [sort, setSort] = useState<ColumnSort | null>(null)
  const [opened, setOpened] = useState<number | null>(null)
  const reader = useMemo(() => createFieldReader(table), [table])
  const columns = useMemo(() => resultColumns(table), [table])
  const sorted = columns.find(({ key }) => key === sort?.key)
  const { order, busy: sorting } = useRowOrder(
    table,
    sorted?.index ?? null,
    sort?.descending ?? false,
  )
  const { bar, found } = useFinding({ rows: table, columns, order, zone })
  return (
    <>
      {bar}
      <RowGrid
        {...{ label: 'Rows', table, reader, columns, zone, commands, order, sort, stale, opened }}
        found={found}
        sorting={sorting}
        onSort={(column) => {
          setSort(nextSort(sort, column))
        }}
        onOpen={setOpened}
      />
      {opened !== null && (
        <RowDialog
          table={table}
          row={opened}
          onClose={() => {
            setOpened(null)
          }}
        />
      )}
    </>
  )
}

function useRowOrder(table: ResultTable, index: number | null, descending: boolean): RowOrder {
  const sorter = useMemo(() => new RowSorter(), [])
  const sort = useMemo(() => {
    if (index === null) return sorter.start(null)
    return sorter.start({
      length: table.length,
      read: (row) => table.value(row, index),
      descending,
    })
  }, [sorter, table, index, descending])
  return useStore(sort, (state) => state)
}

/** Ascending, descending, as it came. */
function nextSort(sort: ColumnSort | null, { key }: GridColumn): ColumnSort | null {
  if (sort?.key !== key) return { key, descending: false }
  return sort.descending ? null : { key, descending: true }
}
