import { ArrowTableBuilder } from '../results/arrowTable'
import { tableOfPages } from '../results/pageTable'
import type { ResultTable } from '../results/resultTable'
import { MessageCutter } from './arrowStream'
import type { Api } from './client'
import type { Clock } from './clock'
import type { Page } from './documents'
import { ApiFailure, type Failure, problemName } from './failure'

export type OnRows = (table: ResultTable) => void

export interface ResultLimits {
  readonly rows: number
  readonly bytes: number
}

/** What a page can hold in memory; a spreadsheet has as many rows. */
export const RESULT_LIMITS: ResultLimits = { rows: 2 ** 20, bytes: 400e6 }

const MILLISECONDS_BETWEEN_TABLES = 100

/** Reads the rows of finished queries. `onRows` gets the first batch at once, then ten tables a second. */
export class ResultReader {
  constructor(
    private readonly api: Pick<Api, 'results' | 'page'>,
    private readonly clock: Clock,
    private readonly limits: ResultLimits = RESULT_LIMITS,
  ) {}

  /** Reads the Arrow stream. Throws `ApiFailure`: `cut` or `tooLarge` after all rows that there are. */
  async readStream(queryId: string, signal: AbortSignal, onRows: OnRows): Promise<void> {
    const stream = await this.api.results(queryId, signal)
    const builder = new ArrowTableBuilder()
    const ending = await this.readBatches(stream.getReader(), builder, signal, onRows)
    signal.throwIfAborted()
    onRows(builder.build())
    if (ending) throw new ApiFailure(ending)
  }

  private async readBatches(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    builder: ArrowTableBuilder,
    signal: AbortSignal,
    onRows: OnRows,
  ): Promise<Failure | null> {
    const cutter = new MessageCutter()
    let [bytes, shownAt, shown] = [0, -Infinity, 0]
    for (;;) {
      const chunk = await nextChunk(reader, signal)
      if (!chunk) return cutter.ended ? null : { kind: 'cut', rows: builder.length }
      for (const message of cutter.push(chunk)) builder.push(message)
      bytes += chunk.length
      if (builder.length > this.limits.rows || bytes > this.limits.bytes) {
        void reader.cancel()
        return { kind: 'tooLarge', rows: builder.length }
      }
      if (builder.length === shown || this.clock.now() < shownAt + MILLISECONDS_BETWEEN_TABLES)
        continue
      ;[shown, shownAt] = [builder.length, this.clock.now()]
      onRows(builder.build())
    }
  }

  /** Reads page by page, which is slower, but reaches results and values that a stream cannot. */
  async readPages(queryId: string, signal: AbortSignal, onRows: OnRows): Promise<void> {
    const pages: Page[] = []
    for (let token: string | null = null; ;) {
      const page = await this.api.page(queryId, token, signal)
      pages.push(page)
      token = page.paging_token
      const table = tableOfPages(pages)
      onRows(table)
      if (token === null) return
      if (table.length > this.limits.rows) {
        throw new ApiFailure({ kind: 'tooLarge', rows: table.length })
      }
    }
  }
}

/** Whether `readPages` may succeed where `readStream` failed: S3 cannot be read, or Arrow lacks a value. */
export function needsPages(error: unknown): boolean {
  if (!(error instanceof ApiFailure)) return false
  const name = problemName(error.failure)
  return name === 'result-unreadable' || name === 'invalid-request'
}

/** A network that breaks off is the end, so null; an abort is thrown. */
async function nextChunk(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  try {
    const { done, value } = await reader.read()
    return done ? null : value
  } catch (error) {
    if (signal.aborted) throw error
    return null
  }
}
