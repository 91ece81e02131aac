import { describe, expect, it } from 'vitest'

import { flush } from '../testing/flush'
import { NOW, records, startNeighbours } from '../testing/startedSearch'
import { field } from '../testing/tables'
import { filter, question } from '../testing/questions'
import { HOUR, MINUTE } from '../time/zones'

const FILTERS = [filter(field('text'), 'ne', 'x')]

describe('NeighbourSearch', () => {
  it('finds 50 on each side within a minute, if there are so many', async () => {
    const { archive, find, texts, state } = await startNeighbours(records(1_000, 1_000), 300)
    find()
    await flush()
    expect(texts()).toEqual(Array.from({ length: 101 }, (_, index) => `r${250 + index}`))
    expect(state()).toMatchObject({ anchorRow: 50, minutes: 1, run: { kind: 'finished' } })
    expect(archive.statements.size).toBe(2)
  })

  it('widens only the side that is not full', async () => {
    const dense = records(60, 1_000)
    const sparse = [5, 9, 30, 90].map((minutes) => ({
      at: NOW - minutes * MINUTE,
      text: `before ${minutes}`,
    }))
    const { archive, find, texts, state } = await startNeighbours([...dense, ...sparse], 59)
    find()
    await flush()
    expect(texts().slice(50)).toEqual(['r59', 'before 5', 'before 9', 'before 30'])
    expect(state()).toMatchObject({ anchorRow: 50, minutes: 60 })
    expect(archive.statements.size).toBe(4)
  })

  it('shows records of the same moment and text each once', async () => {
    const twin = { at: NOW - HOUR, text: 'twin' }
    const { find, texts, state } = await startNeighbours(
      [twin, twin, twin, { at: NOW - HOUR - 1, text: 'older' }],
      1,
    )
    find()
    await flush()
    expect(texts()).toEqual(['twin', 'twin', 'twin', 'older'])
    expect(state().anchorRow).toBe(0)
  })

  it('keeps the filters or leaves them out', async () => {
    const { archive, find } = await startNeighbours(records(200, 1_000), 100)
    find(question({ filters: FILTERS }), true)
    await flush()
    find(question({ filters: FILTERS }), false)
    await flush()
    const filtered = [...archive.statements.values()].map(({ query }) =>
      query.includes('text IS DISTINCT FROM ?'),
    )
    expect(filtered).toEqual([true, true, false, false])
  })

  it('cancels both sides', async () => {
    const { archive, find, service, search, state } = await startNeighbours(
      records(200, 1_000),
      100,
    )
    archive.status = 'RUNNING'
    find()
    await flush()
    expect(state().run.kind).toBe('running')
    search.stop()
    await flush()
    expect(service.asked.filter((call) => call.startsWith('DELETE'))).toHaveLength(2)
    expect(state().run.kind).toBe('stopped')
  })
})
