import type { ActiveRuns } from '../api/activeRuns'
import type { Api } from '../api/client'
import { type Clock, systemClock } from '../api/clock'
import type { Table } from '../api/documents'
import { QueryRun, type RunState } from '../api/queryRun'
import { type Store, createStore } from '../app/store'
import type { Question } from '../question/question'
import { type Scope, neighboursStatement } from '../question/statements'
import { alignedRange, requireTime, resolution } from '../question/timeColumns'
import type { ResultTable } from '../results/resultTable'
import { momentOf } from '../results/valueText'
import { MINUTE } from '../time/zones'
import { joinTables, rowText, selectRows } from './joinedTable'

/** Which record the neighbours are of. */
export interface Anchor {
  readonly question: Question
  readonly rows: ResultTable
  readonly row: number
  /** Whether the question's filters limit the neighbours too. */
  readonly filtered: boolean
}

export interface NeighboursState {
  /** Of the side that is not there yet. */
  readonly run: RunState
  /** Newest first, the record itself among them. */
  readonly table: ResultTable | null
  /** The row of the record itself. */
  readonly anchorRow: number
  /** How far to both sides was looked. */
  readonly minutes: number
}

interface Side {
  readonly name: 'before' | 'after'
  readonly run: QueryRun
  /** The nearest first. */
  rows: ResultTable
  full: boolean
}

const WINDOWS = [1, 10, 60]
const NEIGHBOURS = 50
const NOTHING: NeighboursState = { run: { kind: 'idle' }, table: null, anchorRow: 0, minutes: 0 }

/** Finds the 50 records before and after one, in windows that widen until both sides are full. */
export class NeighbourSearch {
  readonly state: Store<NeighboursState> = createStore(NOTHING)
  private readonly runs: readonly [QueryRun, QueryRun]
  private anchor: Anchor | null = null

  constructor(
    api: Api,
    private readonly tables: readonly Table[],
    activeRuns: ActiveRuns,
    private readonly clock: Clock = systemClock,
  ) {
    this.runs = [new QueryRun(api, activeRuns, clock), new QueryRun(api, activeRuns, clock)]
    for (const run of this.runs) {
      run.state.subscribe(() => {
        this.showFailure(run.state.get())
      })
    }
  }

  find(anchor: Anchor): void {
    this.stop()
    this.anchor = anchor
    this.state.set(NOTHING)
    void this.widen(anchor)
  }

  again(): void {
    if (this.anchor) this.find(this.anchor)
  }

  stop(): void {
    this.anchor = null
    for (const run of this.runs) run.stop()
    if (this.state.get().run.kind === 'running') this.show({ run: { kind: 'stopped' } })
  }

  private async widen(anchor: Anchor): Promise<void> {
    const scope = this.scopeOf(anchor)
    const moment = scope && momentOfRow(scope.table, anchor)
    if (!scope || moment === null) return
    const none = selectRows(anchor.rows, [])
    const [before, after] = this.runs
    const sides: Side[] = [
      { name: 'before', run: before, rows: none, full: false },
      { name: 'after', run: after, rows: none, full: false },
    ]
    const startedAt = this.clock.now()
    for (const minutes of WINDOWS) {
      this.show({ run: { kind: 'running', startedAt, queryId: null, status: 'RUNNING' } })
      const missing = sides.filter(({ full }) => !full)
      const found = await Promise.all(
        missing.map((side) => this.look(side, scope, anchor, moment, minutes)),
      )
      if (this.anchor !== anchor || found.includes(false)) return
      this.showRows(anchor, sides, minutes)
      if (sides.every(({ full }) => full)) break
    }
    this.show({ run: this.runs[0].state.get() })
  }

  private async look(
    side: Side,
    scope: Scope,
    { rows, row }: Anchor,
    moment: number,
    minutes: number,
  ): Promise<boolean> {
    const { unit, name } = requireTime(scope.table)
    const step = resolution(unit)
    const window = { from: moment - minutes * MINUTE, to: moment + minutes * MINUTE + step }
    const range = alignedRange(window, unit)
    const value = rows.value(row, indexOf(rows, name))
    // The side before has the record itself too.
    const limit = side.name === 'before' ? NEIGHBOURS + 1 : NEIGHBOURS
    const statement = neighboursStatement({ ...scope, range }, side.name, value, range, limit)
    const query = await side.run.run(statement, (found) => {
      side.rows = found
    })
    side.full = side.rows.length >= limit
    return query !== null
  }

  private showRows({ rows, row }: Anchor, [before, after]: readonly Side[], minutes: number): void {
    if (!before || !after) return
    const newer = Array.from(
      { length: after.rows.length },
      (_, index) => after.rows.length - 1 - index,
    )
    const table = joinTables([
      selectRows(after.rows, newer),
      selectRows(rows, [row]),
      selectRows(before.rows, withoutRecord(before.rows, rowText(rows, row))),
    ])
    this.show({ table, anchorRow: newer.length, minutes })
  }

  private scopeOf({ question, filtered }: Anchor): Scope | null {
    const table = this.tables.find(({ name }) => name === question.table)
    if (!table) return null
    const required = ({ field }: Question['filters'][number]) =>
      table.required_columns.includes(field.column)
    const filters = filtered ? question.filters : question.filters.filter(required)
    return { table, question: { ...question, filters }, range: { from: 0, to: 0 } }
  }

  private showFailure(run: RunState): void {
    if (run.kind === 'failed' || run.kind === 'retrying') this.show({ run })
  }

  private show(change: Partial<NeighboursState>): void {
    this.state.update((state) => ({ ...state, ...change }))
  }
}

/** The rows but one record, which a record of the same text may stand for; no more than asked for. */
function withoutRecord(rows: ResultTable, text: string): number[] {
  const all = Array.from({ length: rows.length }, (_, row) => row)
  const record = all.find((row) => rowText(rows, row) === text)
  return all.filter((row) => row !== record).slice(0, NEIGHBOURS)
}

function momentOfRow(table: Table, { rows, row }: Anchor): number | null {
  const { name, unit } = requireTime(table)
  return momentOf(rows.value(row, indexOf(rows, name)), unit)
}

function indexOf(rows: ResultTable, name: string): number {
  return rows.columns.findIndex((column) => column.name === name)
}
