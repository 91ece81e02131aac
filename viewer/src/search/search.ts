import type { Estimate } from '../api/documents'
import type { RunState } from '../api/queryRun'
import type { Store } from '../app/store'
import type { Question } from '../question/question'
import type { ResultTable } from '../results/resultTable'
import type { FineHistogram } from '../time/bins'
import type { Zone } from '../time/zones'

/** The question of a run, with its times in milliseconds since 1970. */
export interface Asked {
  readonly question: Question
  readonly from: number
  readonly to: number
}

export interface RowsState {
  readonly run: RunState
  /** Newest first. While a new question runs, the rows of the one before it. */
  readonly table: ResultTable | null
  /** The table belongs to an earlier question. */
  readonly stale: boolean
  /** All records of the range are loaded. */
  readonly complete: boolean
}

export interface HistogramState {
  readonly run: RunState
  /** As fine as it was asked; `drawnHistogram` makes the bars. */
  readonly fine: FineHistogram | null
  readonly stale: boolean
  /** Not asked for yet, because it would cost so much. */
  readonly held: Estimate | null
}

export interface SearchState {
  readonly asked: Asked | null
  readonly rows: RowsState
  readonly histogram: HistogramState
  /** Of all queries of this question so far. */
  readonly scannedBytes: number
  readonly costUsd: number
}

/** What it takes to show a search again without running it. */
export interface SearchSnapshot {
  readonly asked: Asked
  readonly rowsQueries: readonly string[]
  readonly histogramQuery: string | null
}

/** Runs questions: rows and histogram as two queries side by side. */
export interface BuilderSearch {
  readonly state: Store<SearchState>
  /** Relative times are those of now, in `zone`. */
  run(question: Question, zone: Zone): void
  /** Draws the histogram that was held for its price. */
  drawHeld(): void
  older(): void
  stop(): void
  snapshot(): SearchSnapshot | null
  restore(snapshot: SearchSnapshot): void
}
