import { describe, expect, it } from 'vitest'

import { BASE, FakeService, json, networkFails } from '../testing/fakeService'
import { flush } from '../testing/flush'
import { TurnedClock } from '../testing/turnedClock'
import { Api } from './client'
import { ApiFailure } from './failure'

function startApi() {
  const service = new FakeService()
  const clock = new TurnedClock()
  return { service, clock, api: new Api(BASE, service.fetch, clock) }
}

describe('Api', () => {
  it('asks for fields until the sample is there', async () => {
    const { service, clock, api } = startApi()
    service.on(
      'GET tables',
      json({ detail: 'Wait.' }, 202, { 'Retry-After': '3' }),
      json({ fields: [] }),
    )
    const fields = api.fields('a table', { from: 1, to: 2, service: 'iam & co' })
    await flush()
    expect(clock.secondsToNext).toBe(3)
    clock.turn(3_000)
    expect(await fields).toEqual({ fields: [] })
    const path = 'GET tables/a%20table/fields?from=1&to=2&service=iam+%26+co'
    expect(service.asked).toEqual([path, path])
  })

  it('filters the list of queries', async () => {
    const { service, api } = startApi()
    service.on('GET queries', json({ queries: [], paging_token: null }))
    await api.queries({ text: 'a=b', pagingToken: 't' })
    await api.queries({})
    expect(service.asked).toEqual(['GET queries?text=a%3Db&paging_token=t', 'GET queries?'])
  })

  it('names the URL of a download', () => {
    expect(startApi().api.resultsUrl('q1', 'csv')).toBe(`${BASE}results/q1?format=csv`)
  })

  it('tells an abort from a network that fails', async () => {
    const { service, api } = startApi()
    service.on('GET session', networkFails)
    await expect(api.session()).rejects.toEqual(new ApiFailure({ kind: 'offline' }))
    const abort = new AbortController()
    abort.abort()
    await expect(api.session(abort.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
