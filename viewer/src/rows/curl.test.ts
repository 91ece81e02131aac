import { execFileSync } from 'node:child_process'

import { expect, test } from 'vitest'

import { curlCommand, quoteForShell } from './curl'

const AWKWARD = `it's "$HOME" \`id\` \\ !! $(id) %s\n-- 'x' 日本 😀`

test.each(["'", "''", '', ' ', AWKWARD])('a shell reads %j as one word', (text) => {
  expect(execFileSync('sh', ['-c', `printf %s ${quoteForShell(text)}`]).toString()).toBe(text)
})

// Plays curl: says which query it got, is RUNNING once, then has rows.
const CURL = `curl() {
  case "$*" in
    *--data-raw*) for body; do :; done; printf '%s' "$body" > "$asked"; echo '{"query_id": "q-1", "status": "RUNNING"}';;
    *status*) echo "$*" >> "$polled"; [ "$(wc -l < "$polled")" -gt 1 ] && echo '{"status":"FINISHED"}' || echo '{"status": "RUNNING"}';;
    *) echo "rows of $*";;
  esac
}
asked=$(mktemp) polled=$(mktemp)
`

test('runs, waits until the query has ended, and prints the rows', () => {
  const command = curlCommand('http://localhost:1/v0/it/', { query: AWKWARD, parameters: ['?'] })
  const cleanUp = 'cat "$asked"; rm "$asked" "$polled"'
  const printed = execFileSync('sh', ['-c', CURL + command + cleanUp]).toString()
  const [rows, body = ''] = printed.split('\n', 2)
  expect(rows).toMatch(/^rows of .*http:\/\/localhost:1\/v0\/it\/results\/q-1\?format=ndjson$/)
  expect(JSON.parse(body)).toEqual({ query: AWKWARD, parameters: ['?'], wait_seconds: 30 })
})

test('prints why the service refused the query, and reads nothing', () => {
  const refused = `curl() { echo "$*" >&2; echo '{"detail": "wrong"}'; return 22; }\n`
  const script = refused + curlCommand('http://localhost:1/', { query: 'SELECT', parameters: [] })
  expect(() => execFileSync('sh', ['-c', script], { stdio: 'pipe' })).toThrow(
    /\{"detail": "wrong"\}$/m,
  )
})
