import { missingColumns, type Question } from '../question/question'
import type { BuilderSearch, SearchSnapshot } from '../search/search'
import { currentQuestion } from './actions'
import type { BrowserLocation } from './browserLocation'
import type { Viewer } from './viewer'

type Parts = Pick<Viewer, 'tables' | 'record' | 'preferences'> & {
  readonly location: BrowserLocation
  readonly search: Pick<BuilderSearch, 'state' | 'run' | 'restore' | 'snapshot'>
}

/**
 * Run the question of the URL whenever it changes. Back and Forward show the rows of before again, which
 * costs nothing.
 */
export function runQuestions(parts: Parts): void {
  let shown: string | null = null
  const follow = () => {
    const { location, search, record, tables, preferences } = parts
    const place = location.get()
    const question = currentQuestion(place)
    if (!question || runKey(question) === shown) return
    const table = tables.find(({ name }) => name === question.table)
    if (!table || missingColumns(question, table).length > 0) return
    shown = runKey(question)
    record.set(null)
    const snapshot = snapshotOf(location.returned(), shown)
    if (snapshot) search.restore(snapshot)
    else search.run(question, place.zone, { histogram: !preferences.get().histogramHidden })
  }
  follow()
  parts.location.subscribe(follow)
  keepSnapshots(parts)
}

/** What a question asks of the archive: all but the columns and the order of what is loaded. */
export function runKey(question: Question): string {
  const { table, from, to, lateMinutes, filters, stackedBy } = question
  const asked = filters.map(({ field, operator, value, enabled }) => [
    ...[field.column, field.path],
    ...[operator, value, enabled],
  ])
  const by = stackedBy && [stackedBy.column, stackedBy.path]
  return JSON.stringify([table, from, to, lateMinutes, asked, by])
}

function snapshotOf(kept: unknown, key: string): SearchSnapshot | null {
  return isSnapshot(kept) && runKey(kept.asked.question) === key ? kept : null
}

/** Only this page writes the state of its entries, so its shape is known from one of its parts. */
function isSnapshot(kept: unknown): kept is SearchSnapshot {
  return typeof kept === 'object' && kept !== null && 'asked' in kept && 'rows' in kept
}

function keepSnapshots({ location, search }: Parts): void {
  let kept = ''
  const keep = () => {
    const { rows, histogram } = search.state.get()
    const question = currentQuestion(location.get())
    const busy = [rows.run, histogram.run].some(
      ({ kind }) => kind === 'running' || kind === 'retrying',
    )
    const snapshot = busy ? null : search.snapshot()
    if (!question || !snapshot || runKey(snapshot.asked.question) !== runKey(question)) return
    const text = JSON.stringify(snapshot)
    if (text === kept) return
    kept = text
    location.keep(snapshot)
  }
  // While a run begins, the state has its question and still the rows of the one before.
  search.state.subscribe(() => {
    queueMicrotask(keep)
  })
}
