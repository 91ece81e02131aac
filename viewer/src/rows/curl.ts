import type { Statement } from '../api/queryRun'

/** Quote for a POSIX shell, in which nothing but the quote itself means anything inside single quotes. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/**
 * Write a command for a POSIX shell that runs the query, waits until it has ended and prints its rows as NDJSON.
 * It has no comment, which an interactive zsh would run.
 *
 * @param api The address of the API, which ends in `/`.
 */
export function curlCommand(api: string, statement: Statement): string {
  const body = quoteForShell(JSON.stringify({ ...statement, wait_seconds: 30 }))
  return String.raw`api=${quoteForShell(api)}
query=$(curl -sS --fail-with-body "$api"query -H 'Content-Type: application/json' --data-raw ${body}) ||
{ echo "$query" >&2; false; } &&
id=$(printf '%s\n' "$query" | sed -n 's/.*"query_id": *"\([^"]*\)".*/\1/p') &&
while curl -sS "$api"status/"$id"'?wait_seconds=30' | grep -qE '"status": *"(QUEUED|RUNNING)"'; do :; done &&
curl -sS --fail-with-body "$api"results/"$id"'?format=ndjson'
`
}
