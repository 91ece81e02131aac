import { type Clock, systemClock } from './clock'
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
import { ApiFailure, readFailure } from './failure'

export type ResultFormat = 'csv' | 'ndjson' | 'json' | 'arrow' | 'parquet'

export interface FieldsRange {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly to: number
  readonly service?: string
}

export interface QueryFilter {
  readonly status?: QueryStatus
  readonly text?: string
  readonly pagingToken?: string
}

type Fetch = (url: URL, init: RequestInit) => Promise<Response>

const JSON_TYPE = /^application\/([a-z.+-]+\+)?json\b/
const ARROW_TYPE = /^application\/vnd\.apache\.arrow\.stream\b/
const SECONDS_BETWEEN_LOOKS = 2

/** One method for each operation. All throw `ApiFailure`, or the reason of their signal's abort. */
export class Api {
  /** `base` is the URL of the version, such as `https://…/v0/data_hist/`. */
  constructor(
    private readonly base: string | URL,
    private readonly fetch: Fetch = (url, init) => globalThis.fetch(url, init),
    private readonly clock: Clock = systemClock,
  ) {}

  session(signal?: AbortSignal): Promise<Session> {
    return this.json('session', withSignal(signal))
  }

  async tables(signal?: AbortSignal): Promise<Table[]> {
    const { tables } = await this.json<{ tables: Table[] }>('tables', withSignal(signal))
    return tables
  }

  /** Lists what is in the payloads; asks again until the sample is there. */
  async fields(table: string, range: FieldsRange, signal?: AbortSignal): Promise<FieldList> {
    const path = `tables/${encodeURIComponent(table)}/fields?${searchParams({ ...range })}`
    for (;;) {
      const response = await this.send(path, withSignal(signal))
      if (response.status !== 202) return this.read(response, signal)
      const seconds = Number(response.headers.get('Retry-After') ?? SECONDS_BETWEEN_LOOKS)
      await this.clock.wait(seconds * 1000, signal)
    }
  }

  /** Starts a query and returns at once. Repeated with its key, it starts no second one. */
  submit(request: QueryRequest, key: string | null, signal?: AbortSignal): Promise<Query> {
    return this.json('query', post(request, signal, key))
  }

  dryRun(request: QueryRequest, signal?: AbortSignal): Promise<DryRun> {
    return this.json('query', post({ ...request, dry_run: true }, signal))
  }

  status(queryId: string, waitSeconds: number, signal?: AbortSignal): Promise<Query> {
    const path = `status/${queryId}?wait_seconds=${waitSeconds}`
    return this.json(path, withSignal(signal), queryId)
  }

  /** With `keepalive`, the request goes on while the page is closed. */
  cancel(queryId: string, keepalive = false): Promise<Query> {
    return this.json(`query/${queryId}`, { method: 'DELETE', keepalive }, queryId)
  }

  /** Cancels the query of a submit whose reply is not there; goes on while the page is closed. */
  cancelByKey(request: QueryRequest, key: string): Promise<Query> {
    return this.json('query/cancel', { ...post(request, undefined, key), keepalive: true })
  }

  page(queryId: string, pagingToken: string | null, signal?: AbortSignal): Promise<Page> {
    const request = { query_id: queryId, paging_token: pagingToken, big_integers: 'string' }
    return this.json('next', post(request, signal), queryId)
  }

  async results(queryId: string, signal?: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const path = `results/${queryId}?format=arrow`
    const response = await this.send(path, withSignal(signal), queryId)
    if (response.body && hasType(response, ARROW_TYPE)) return response.body
    throw new ApiFailure({ kind: 'signedOut' })
  }

  /** For links and copied curl commands. */
  resultsUrl(queryId: string, format: ResultFormat): string {
    return new URL(`results/${queryId}?format=${format}`, this.base).href
  }

  queries(filter: QueryFilter, signal?: AbortSignal): Promise<QueryList> {
    const { status, text, pagingToken } = filter
    const path = `queries?${searchParams({ status, text, paging_token: pagingToken })}`
    return this.json(path, withSignal(signal))
  }

  /** For operations of other modules: sends a request below `base` and reads the JSON of the response. */
  async json<Document>(
    path: string,
    init: RequestInit,
    queryId: string | null = null,
  ): Promise<Document> {
    return this.read(await this.send(path, init, queryId), init.signal)
  }

  /** As `json`, for operations that answer without a document. */
  async call(path: string, init: RequestInit): Promise<void> {
    await this.send(path, init)
  }

  private async read<Document>(
    response: Response,
    signal: AbortSignal | null | undefined,
  ): Promise<Document> {
    // Without the session's cookie, some gateways answer with a page to sign in.
    if (!hasType(response, JSON_TYPE)) throw new ApiFailure({ kind: 'signedOut' })
    return this.reached(() => response.json() as Promise<Document>, signal)
  }

  private async send(path: string, init: RequestInit, queryId: string | null = null) {
    const url = new URL(path, this.base)
    const response = await this.reached(
      () => this.fetch(url, { redirect: 'manual', ...init }),
      init.signal,
    )
    if (response.ok) return response
    throw new ApiFailure(await readFailure(response, queryId))
  }

  /** Tells a network that failed from a request that was aborted. */
  private async reached<T>(
    request: () => Promise<T>,
    signal: AbortSignal | null | undefined,
  ): Promise<T> {
    try {
      return await request()
    } catch (error) {
      if (signal?.aborted) throw error
      throw new ApiFailure({ kind: 'offline' })
    }
  }
}

function withSignal(signal: AbortSignal | undefined): RequestInit {
  return signal ? { signal } : {}
}

function post(
  body: object,
  signal: AbortSignal | undefined,
  key: string | null = null,
): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(key && { 'Idempotency-Key': key }) },
    body: JSON.stringify(body),
    ...withSignal(signal),
  }
}

function searchParams(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  )
  return new URLSearchParams(given).toString()
}

function hasType(response: Response, type: RegExp): boolean {
  return type.test(response.headers.get('Content-Type') ?? '')
}
