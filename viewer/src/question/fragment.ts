import type { Zone } from '../time/zones'
import type { Question } from './question'

/** What the URL names. */
export type ViewLocation =
  | { readonly view: 'builder'; readonly question: Question | null; readonly zone: Zone }
  | {
      readonly view: 'sql'
      readonly sql: string
      /** A query whose rows are shown without running it again. */
      readonly queryId: string | null
      readonly zone: Zone
    }
  | { readonly view: 'history'; readonly zone: Zone }
