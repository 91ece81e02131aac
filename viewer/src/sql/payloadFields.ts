/** The fields in the payloads of tables, asked for once each: a look costs a bounded query. */

import { createStore, type Store } from '../app/store'
import type { Api } from '../api/client'
import type { Clock } from '../api/clock'
import type { PayloadField, Table } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'

type Looks = ReadonlyMap<string, Promise<void>>

const DAY_MS = 86_400_000

export class PayloadFields {
  /** Why the last look failed. */
  readonly failure: Store<Failure | null> = createStore<Failure | null>(null)
  private readonly found = new Map<string, readonly PayloadField[]>()
  private looks: Looks = new Map()

  constructor(
    private readonly api: Pick<Api, 'fields'>,
    readonly tables: readonly Table[],
    private readonly clock: Clock,
  ) {}

  fieldsOf(table: string): readonly PayloadField[] | null {
    return this.found.get(table) ?? null
  }

  /** Looks into the records of the last day, for everyone who asks meanwhile. */
  requestFields(table: string): Promise<void> {
    const look = this.looks.get(table) ?? this.look(table)
    this.looks = new Map([...this.looks, [table, look]])
    return look
  }

  private async look(table: string): Promise<void> {
    const to = this.clock.now()
    this.failure.set(null)
    try {
      const { fields } = await this.api.fields(table, { from: to - DAY_MS, to })
      this.found.set(table, fields)
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      this.failure.set(error.failure)
    }
    this.looks = new Map([...this.looks].filter(([name]) => name !== table))
  }
}
