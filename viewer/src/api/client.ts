import type {
  DryRun,
  FieldList,
  Page,
  Query,
  QueryList,
  QueryRequest,
  QueryStatus,
  Session,
  Table,
} from './documents'

export type ResultFormat = 'csv' | 'ndjson' | 'json' | 'arrow' | 'parquet'

/** One method for each operation. All throw `ApiFailure`, or the abort of their signal. */
export interface Api {
  session(signal?: AbortSignal): Promise<Session>
  tables(signal?: AbortSignal): Promise<Table[]>
  /** `from` and `to` in milliseconds since 1970. Asks again until the sample is there. */
  fields(
    table: string,
    range: { from: number; to: number; service?: string },
    signal?: AbortSignal,
  ): Promise<FieldList>
  submit(request: QueryRequest, idempotencyKey: string, signal?: AbortSignal): Promise<Query>
  dryRun(request: QueryRequest, signal?: AbortSignal): Promise<DryRun>
  status(queryId: string, waitSeconds: number, signal?: AbortSignal): Promise<Query>
  /** With `keepalive`, the request goes on when the page is closed. */
  cancel(queryId: string, keepalive?: boolean): Promise<Query>
  page(queryId: string, pagingToken: string | null, signal?: AbortSignal): Promise<Page>
  results(queryId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>>
  /** For links and copied curl commands. */
  resultsUrl(queryId: string, format: ResultFormat): string
  queries(
    filter: { status?: QueryStatus; text?: string; pagingToken?: string },
    signal?: AbortSignal,
  ): Promise<QueryList>
}
