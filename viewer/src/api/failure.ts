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
