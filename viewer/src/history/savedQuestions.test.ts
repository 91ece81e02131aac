import { describe, expect, it } from 'vitest'

import type { Saved } from '../api/documents'
import { ApiFailure } from '../api/failure'
import { SavedQuestions } from './savedQuestions'

function saved(id: string, title: string, etag = '"1"'): Saved {
  const at = '2026-11-28T10:00:00Z'
  return { id, title, state: 'sql=SELECT', created_at: at, updated_at: at, etag }
}

function problem(status: number): ApiFailure {
  const document = { type: 'about:blank', title: '', status, detail: '', retryable: false }
  return new ApiFailure({ kind: 'problem', problem: document, retryAfterSeconds: null })
}

/** A service that answers in turn, and notes what it is asked. */
function apiWith(answers: unknown[]) {
  const asked: string[] = []
  const answer = (path: string, { method = 'GET', headers, body }: RequestInit) => {
    const match = new Headers(headers).get('If-Match')
    asked.push(
      [method, path, match, typeof body === 'string' ? body : null].filter(Boolean).join(' '),
    )
    const next = answers.shift()
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next)
  }
  return {
    asked,
    json: <Document>(path: string, init: RequestInit) => answer(path, init) as Promise<Document>,
    call: async (path: string, init: RequestInit) => {
      await answer(path, init)
    },
  }
}

function titles(questions: SavedQuestions): string[] {
  return questions.state.get().saved.map(({ title }) => title)
}

async function loaded(answers: unknown[]) {
  const first = saved('a', 'First')
  const list = { saved: [first, saved('b', 'Second')], paging_token: null }
  const api = apiWith([list, ...answers])
  const questions = new SavedQuestions(api)
  await questions.load()
  return { api, questions, first }
}

describe('saved questions', () => {
  it('are listed page by page', async () => {
    const pages = [
      { saved: [saved('a', 'First')], paging_token: 't+1' },
      { saved: [saved('b', 'Second')], paging_token: null },
    ]
    const api = apiWith(pages)
    const questions = new SavedQuestions(api)
    await questions.load()
    await questions.more()
    await questions.more()
    expect(titles(questions)).toEqual(['First', 'Second'])
    expect(api.asked).toEqual(['GET saved', 'GET saved?paging_token=t%2B1'])
  })

  it('come first when they are new', async () => {
    const { api, questions } = await loaded([saved('c', 'New')])
    expect(await questions.create('New', 'x')).toBe('done')
    expect(titles(questions)).toEqual(['New', 'First', 'Second'])
    expect(api.asked[1]).toBe('POST saved {"title":"New","state":"x"}')
  })

  it('are replaced only if nobody changed them', async () => {
    const { api, questions, first } = await loaded([saved('a', 'Renamed', '"2"')])
    expect(await questions.replace(first, 'Renamed', first.state)).toBe('done')
    expect(titles(questions)).toEqual(['Renamed', 'Second'])
    expect(api.asked[1]).toContain('PUT saved/a "1" ')
  })

  it('show what someone else made of them', async () => {
    const { api, questions, first } = await loaded([problem(412), saved('a', 'Theirs', '"2"')])
    expect(await questions.replace(first, 'Mine', first.state)).toBe('changed')
    expect(titles(questions)).toEqual(['Theirs', 'Second'])
    expect(api.asked[2]).toBe('GET saved/a')
  })

  it('are gone once someone has deleted them', async () => {
    const { questions, first } = await loaded([problem(404), problem(404)])
    expect(await questions.remove(first)).toBe('changed')
    expect(titles(questions)).toEqual(['Second'])
  })

  it('are deleted', async () => {
    const { api, questions, first } = await loaded([undefined])
    expect(await questions.remove(first)).toBe('done')
    expect(titles(questions)).toEqual(['Second'])
    expect(api.asked[1]).toBe('DELETE saved/a "1"')
  })

  it('stay when the service cannot be reached', async () => {
    const { questions, first } = await loaded([new ApiFailure({ kind: 'offline' })])
    expect(await questions.remove(first)).toBe('failed')
    expect(titles(questions)).toEqual(['First', 'Second'])
    expect(questions.state.get().failure).toEqual({ kind: 'offline' })
  })
})
