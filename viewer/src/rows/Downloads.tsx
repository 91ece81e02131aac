import { useEffect, useRef, useState } from 'preact/hooks'

import type { ResultFormat } from '../api/client'
import type { Estimate } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'
import { QueryRun, type Statement } from '../api/queryRun'
import { useStore } from '../app/store'
import { useViewer, type Viewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { Dialog } from '../controls/Dialog'
import { EstimateText } from '../states/EstimateText'
import { FailureView } from '../states/FailureView'
import { RunNotice } from '../states/RunNotice'

type FileFormat = Extract<ResultFormat, 'csv' | 'ndjson'>

const NAMES: Readonly<Record<FileFormat, string>> = { csv: 'CSV', ndjson: 'NDJSON' }

interface DownloadsProps {
  /** Of all records of the range; null while there is no range. */
  readonly statement: () => Statement | null
  /** How many there are, if that is known: `12,840`. */
  readonly count: string | null
}

/** The buttons that save all records of the range to a file. */
export function Downloads({ statement, count }: DownloadsProps) {
  const [wanted, setWanted] = useState<{ format: FileFormat; statement: Statement } | null>(null)
  return (
    <>
      {(['csv', 'ndjson'] as const).map((format) => (
        <Button
          key={format}
          variant="quiet"
          icon="download"
          onClick={() => {
            const all = statement()
            if (all) setWanted({ format, statement: all })
          }}
        >
          {NAMES[format]}
        </Button>
      ))}
      {wanted && (
        <DownloadDialog
          {...wanted}
          count={count}
          onClose={() => {
            setWanted(null)
          }}
        />
      )}
    </>
  )
}

interface DownloadDialogProps {
  readonly format: FileFormat
  readonly statement: Statement
  readonly count: string | null
  readonly onClose: () => void
}

/** Says what the file costs before it costs anything. Closing it stops the query. */
function DownloadDialog({ format, statement, count, onClose }: DownloadDialogProps) {
  const viewer = useViewer()
  const estimate = useEstimate(viewer, statement)
  const run = useRunWithoutRows(viewer)
  const state = useStore(run.state, (current) => current)
  const url = state.kind === 'finished' ? viewer.api.resultsUrl(state.query.query_id, format) : null
  return (
    <Dialog title={`Download ${NAMES[format]}`} onClose={onClose}>
      <div class="download">
        <p>
          All {count ?? ''} records of the range, with all columns, by a query of its own. It reads{' '}
          {estimate && 'cost_usd' in estimate ? <EstimateText estimate={estimate} /> : '…'}.
        </p>
        {estimate && 'kind' in estimate && <FailureView failure={estimate} onAgain={undefined} />}
        <RunNotice
          run={state}
          onAgain={() => void run.again()}
          onStop={() => {
            run.stop()
          }}
        />
        {(state.kind === 'idle' || state.kind === 'stopped') && (
          <Button
            variant="primary"
            icon="download"
            onClick={() => {
              void download(viewer, run, statement, format)
            }}
          >
            Download
          </Button>
        )}
        {url && (
          <p>
            Done. <a href={url}>Save the file again</a> for nothing, until the result expires.
          </p>
        )}
      </div>
    </Dialog>
  )
}

async function download(
  viewer: Viewer,
  run: QueryRun,
  statement: Statement,
  format: FileFormat,
): Promise<void> {
  const query = await run.run(statement, () => undefined)
  if (!query) return
  const link = document.createElement('a')
  link.href = viewer.api.resultsUrl(query.query_id, format)
  link.download = ''
  link.click()
}

function useEstimate(viewer: Viewer, statement: Statement): Estimate | Failure | null {
  const [estimate, setEstimate] = useState<Estimate | Failure | null>(null)
  useEffect(() => {
    const abort = new AbortController()
    const request = { ...statement, parameters: [...statement.parameters] }
    viewer.api.dryRun(request, abort.signal).then(
      (dryRun) => {
        setEstimate(dryRun.estimate)
      },
      (error: unknown) => {
        if (error instanceof ApiFailure) setEstimate(error.failure)
      },
    )
    return () => {
      abort.abort()
    }
  }, [viewer, statement])
  return estimate
}

/** The browser reads the rows itself, into the file. */
const NO_ROWS = { readStream: () => Promise.resolve(), readPages: () => Promise.resolve() }

function useRunWithoutRows({ api, activeRuns }: Viewer): QueryRun {
  const run = useRef<QueryRun | null>(null)
  run.current ??= new QueryRun(api, activeRuns, undefined, NO_ROWS)
  const { current } = run
  useEffect(
    () => () => {
      current.stop()
    },
    [current],
  )
  return current
}
