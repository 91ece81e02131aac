import { expect, test } from 'vitest'

import type { FieldList, PayloadField } from '../api/documents'
import { ApiFailure } from '../api/failure'
import { TurnedClock } from '../testing/turnedClock'
import { PayloadFields } from './payloadFields'

const LEVEL: PayloadField = {
  ...{ column: 'data', path: '$.level', type: 'varchar', share: 1, values: [] },
}

function listOf(fields: PayloadField[]): FieldList {
  const sampled = { sampled_from: '', sampled_to: '', sampled_at: '', sampled_records: 1 }
  return { fields, fields_left_out: 0, ...sampled, scanned_bytes: 1 }
}

test('fields are asked for once, over the last day', async () => {
  const asked: unknown[] = []
  const api = {
    fields: (...request: unknown[]) => {
      asked.push(request)
      return Promise.resolve(listOf([LEVEL]))
    },
  }
  const clock = new TurnedClock()
  const fields = new PayloadFields(api, [], clock)
  expect(fields.fieldsOf('events')).toBeNull()
  await Promise.all([fields.requestFields('events'), fields.requestFields('events')])
  expect(fields.fieldsOf('events')).toEqual([LEVEL])
  expect(asked).toEqual([['events', { from: clock.now() - 86_400_000, to: clock.now() }]])
})

test('a look that failed says why, and may be tried again', async () => {
  const answers = [
    () => Promise.reject(new ApiFailure({ kind: 'offline' })),
    () => Promise.resolve(listOf([LEVEL])),
  ]
  const api = { fields: () => answers.shift()?.() ?? Promise.resolve(listOf([])) }
  const fields = new PayloadFields(api, [], new TurnedClock())
  await fields.requestFields('events')
  expect(fields.failure.get()).toEqual({ kind: 'offline' })
  expect(fields.fieldsOf('events')).toBeNull()
  await fields.requestFields('events')
  expect(fields.failure.get()).toBeNull()
  expect(fields.fieldsOf('events')).toEqual([LEVEL])
})
