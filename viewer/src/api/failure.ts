import type { Problem } from './documents'

/** What went wrong, by what a person can do about it. */
export type Failure =
  | {
      readonly kind: 'problem'
      readonly problem: Problem
      readonly retryAfterSeconds: number | null
    }
  | { readonly kind: 'signedOut' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'expired'; readonly queryId: string; readonly problem: Problem }
  /** The stream of rows broke off; `rows` of them are there. */
  | { readonly kind: 'cut'; readonly rows: number }
  /** The result is larger than the page holds; `rows` of them are there. */
  | { readonly kind: 'tooLarge'; readonly rows: number }

/** What each method of `Api` throws, except for the abort of its signal. */
export class ApiFailure extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind === 'problem' ? failure.problem.detail : failure.kind)
    this.name = 'ApiFailure'
  }
}

const WORTH_RETRYING = [429, 502, 503, 504]

/** Reads a response that is no success. What a gateway answers in other words becomes a problem too. */
export async function readFailure(response: Response, queryId: string | null): Promise<Failure> {
  if (response.status === 401 || isRedirect(response)) return { kind: 'signedOut' }
  const problem = (await readProblem(response)) ?? strangeProblem(response)
  if (response.status === 410) {
    return { kind: 'expired', queryId: problem.query_id ?? queryId ?? '', problem }
  }
  return { kind: 'problem', problem, retryAfterSeconds: retryAfterSeconds(response) }
}

/** The last part of the problem's type, such as `invalid-sql`. */
export function problemName(failure: Failure): string | null {
  if (failure.kind !== 'problem') return null
  return failure.problem.type.split('/').at(-1) ?? null
}

/** A gateway sends browsers that are not signed in to a page of its own. */
function isRedirect(response: Response): boolean {
  return response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)
}

async function readProblem(response: Response): Promise<Problem | null> {
  try {
    const body: unknown = await response.json()
    return isProblem(body) ? body : null
  } catch {
    return null
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && 'detail' in body
}

function strangeProblem({ status, statusText }: Response): Problem {
  return {
    type: 'about:blank',
    title: statusText || 'Unexpected response',
    status,
    detail:
      `The server answered ${status} ${statusText}`.trimEnd() + ', and not as this service does.',
    retryable: WORTH_RETRYING.includes(status),
  }
}

function retryAfterSeconds(response: Response): number | null {
  const seconds = Number(response.headers.get('Retry-After') ?? NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}
