import { abortReason } from '../api/clock'

export interface Call {
  readonly method: string
  /** Below the base, with the query string. */
  readonly path: string
  readonly body: unknown
  readonly headers: Headers
  readonly keepalive: boolean
  readonly signal: AbortSignal | null
}

export type Answer = (call: Call) => Response | Promise<Response>

export const BASE = 'https://viewer.test/v0/data_hist/'

/** Answers requests by the routes of a test, such as `POST query`; keeps what was asked. */
export class FakeService {
  readonly calls: Call[] = []
  private readonly routes = new Map<string, Answer>()

  /** Every route gives one answer or a list of them, of which the last stays. */
  on(route: string, ...answers: Answer[]): this {
    const left = [...answers]
    this.routes.set(route, (call) => {
      const answer = left.length > 1 ? left.shift() : left[0]
      if (!answer) throw new Error(`No answer for ${route}`)
      return answer(call)
    })
    return this
  }

  readonly fetch = async (url: URL, init: RequestInit): Promise<Response> => {
    const { method = 'GET', body = null, keepalive = false, signal = null } = init
    const path = url.href.slice(BASE.length)
    const parsed: unknown = typeof body === 'string' ? JSON.parse(body) : null
    const call = {
      method,
      path,
      body: parsed,
      headers: new Headers(init.headers),
      keepalive,
      signal,
    }
    this.calls.push(call)
    const route = `${method} ${path.split('?')[0] ?? ''}`
    const answer = this.routes.get(route) ?? this.routes.get(route.split('/')[0] ?? '')
    if (!answer) throw new Error(`The test has no route ${route}`)
    signal?.throwIfAborted()
    return Promise.race([answer(call), rejectOnAbort(signal)])
  }

  /** What was asked, as `POST query`. */
  get asked(): string[] {
    return this.calls.map(({ method, path }) => `${method} ${path}`)
  }
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return () =>
    new Response(JSON.stringify(body), {
      status,
      headers: { 'Content-Type': 'application/json', ...headers },
    })
}

export function problem(
  status: number,
  name: string,
  retryAfter?: number,
  more: Record<string, unknown> = {},
): Answer {
  const body = {
    type: `/problems/${name}`,
    title: name,
    status,
    detail: `It is ${name}.`,
    retryable: status === 429 || status === 503,
    ...more,
  }
  const headers = { 'Content-Type': 'application/problem+json' }
  return json(
    body,
    status,
    retryAfter === undefined ? headers : { ...headers, 'Retry-After': String(retryAfter) },
  )
}

export const networkFails: Answer = () => {
  throw new TypeError('Failed to fetch')
}

export const never: Answer = () => new Promise(() => undefined)

export function arrow(...chunks: (Uint8Array | Error)[]): Answer {
  const source = (): UnderlyingDefaultSource<Uint8Array> => {
    const left = [...chunks]
    return {
      pull: (controller) => {
        const next = left.shift()
        if (next === undefined) controller.close()
        else if (next instanceof Error) controller.error(next)
        else controller.enqueue(next)
      },
    }
  }
  return () =>
    new Response(new ReadableStream(source()), {
      headers: { 'Content-Type': 'application/vnd.apache.arrow.stream' },
    })
}

export function queryDocument(queryId: string, status: string, more: Record<string, unknown> = {}) {
  return {
    query_id: queryId,
    query: 'SELECT 1',
    parameters: [],
    status,
    submitted_at: '2026-11-20T12:00:00Z',
    completed_at: null,
    expires_at: null,
    retention_minutes: 1440,
    statistics: {
      scanned_bytes: 1000,
      queue_ms: 0,
      planning_ms: 0,
      engine_ms: 0,
      total_ms: 0,
      estimated_cost_usd: 0.00005,
    },
    warnings: [],
    ...more,
  }
}

function rejectOnAbort(signal: AbortSignal | null): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => {
      reject(abortReason(signal))
    })
  })
}
