import type { Api, ResultFormat } from '../api/client'

interface ResultLinksProps {
  readonly api: Api
  readonly queryId: string
}

const FORMATS: readonly (readonly [ResultFormat, string])[] = [
  ['csv', 'CSV'],
  ['ndjson', 'NDJSON'],
  ['json', 'JSON'],
  ['arrow', 'Arrow'],
  ['parquet', 'Parquet'],
]

/** The whole result as a file, which the browser saves without holding it. */
export function ResultLinks({ api, queryId }: ResultLinksProps) {
  return (
    <ul class="result-links" aria-label="Download the result">
      {FORMATS.map(([format, label]) => (
        <li key={format}>
          <a href={api.resultsUrl(queryId, format)} download>
            {label}
          </a>
        </li>
      ))}
    </ul>
  )
}
