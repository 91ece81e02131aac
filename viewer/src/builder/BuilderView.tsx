import './builder.css'

import { useCommand } from '../app/commands'
import { lazy } from '../app/lazy'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Histogram } from '../histogram/Histogram'
import { missingColumns, type Question } from '../question/question'
import { RowsPane } from '../rows/RowsPane'
import '../states/states.css'
import type { Zone } from '../time/zones'
import { FieldListPane, FieldsDrawer } from './FieldsDrawer'
import { FilterBar } from './FilterBar'
import { LateMenu } from './LateMenu'
import { RunControls } from './RunControls'
import { TableMenu } from './TableMenu'
import { TimeControl } from './TimeControl'
import { useNarrow } from './useNarrow'

const QuestionActions = lazy(() =>
  import('./QuestionActions').then((module) => module.QuestionActions),
)
const RecordPanel = lazy(
  () => import('../record/RecordPanel').then((module) => module.RecordPanel),
  <aside class="pane" aria-label="Record" />,
)

interface BuilderViewProps {
  readonly question: Question
  readonly zone: Zone
}

/** A question as controls, and below it what the archive says. */
export function BuilderView({ question, zone }: BuilderViewProps) {
  const { tables, search, preferences } = useViewer()
  const table = tables.find(({ name }) => name === question.table)
  if (!table) return <UnknownTable name={question.table} />
  const missing = missingColumns(question, table)
  const run = () => {
    const histogram = !preferences.get().histogramHidden
    if (missing.length === 0) search.run(question, zone, { histogram })
  }
  return (
    <div class="view view-builder">
      <QuestionBar question={question} table={table} zone={zone} onRun={run} />
      <Histogram question={question} table={table} zone={zone} />
      <MissingValues columns={missing} />
      <Workspace />
    </div>
  )
}

interface QuestionBarProps extends BuilderViewProps {
  readonly table: Table
  readonly onRun: () => void
}

function QuestionBar({ question, table, zone, onRun }: QuestionBarProps) {
  const { search } = useViewer()
  // Its code is not loaded before the first rows are there.
  const hasActions = useStore(
    search.state,
    ({ rows }) => rows.run.kind !== 'running' || rows.table !== null,
  )
  return (
    <section class="question" aria-label="Question">
      <div class="toolbar">
        <TableMenu question={question} />
        <TimeControl question={question} zone={zone} />
        <LateMenu question={question} table={table} />
        <span class="spacer" />
        <RunControls onRun={onRun} />
      </div>
      <div class="toolbar">
        <FieldsDrawer />
        <FilterBar question={question} table={table} />
        <span class="spacer" />
        {hasActions && <QuestionActions question={question} table={table} zone={zone} />}
      </div>
    </section>
  )
}

/** Tell which value the question lacks; the filter for it is there already. */
function MissingValues({ columns }: { readonly columns: readonly string[] }) {
  return (
    <div class="notices">
      {columns.length > 0 && (
        <p class="notice caution" role="status">
          This table needs a value for {columns.join(' and ')}: give it in the filter above.
        </p>
      )}
    </div>
  )
}

function Workspace() {
  const { record, preferences, commands } = useViewer()
  const open = useStore(record, (shown) => shown !== null)
  const fieldsHidden = useStore(preferences, (chosen) => chosen.fieldsHidden)
  const narrow = useNarrow()
  const close = () => {
    record.set(null)
  }
  useCommand(commands, 'close', open ? close : null)
  const withoutFields = fieldsHidden || narrow
  const classes = ['workspace', open && 'with-record', withoutFields && 'without-fields']
  return (
    <div class={classes.filter(Boolean).join(' ')}>
      {!withoutFields && <FieldListPane />}
      <RowsPane />
      {open && <RecordPanel />}
    </div>
  )
}

function UnknownTable({ name }: { readonly name: string }) {
  return (
    <div class="view">
      <p class="notice danger" role="alert">
        There is no table {name} here. Choose another in the address, or open the page without one.
      </p>
    </div>
  )
}
