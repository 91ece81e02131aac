import { useEffect, useState } from 'preact/hooks'

import type { FieldList } from '../api/documents'
import { ApiFailure, type Failure } from '../api/failure'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { bytesText, countText } from '../results/quantities'
import { failureText } from '../states/failureText'

interface SampleFieldsProps {
  readonly sample: FieldList | null
  readonly onSample: (sample: FieldList) => void
}

type Progress = 'idle' | 'asking' | Failure

/** Finds fields that the loaded rows do not have, on request, as it is a query of its own. */
export function SampleFields({ sample, onSample }: SampleFieldsProps) {
  const { api, search } = useViewer()
  const asked = useStore(search.state, (state) => state.asked)
  const [progress, setProgress] = useState<Progress>('idle')
  const asking = progress === 'asking'
  useEffect(() => {
    if (!asking || !asked) return
    const abort = new AbortController()
    const { from, to, question } = asked
    api.fields(question.table, { from, to }, abort.signal).then(
      (fields) => {
        onSample(fields)
        setProgress('idle')
      },
      (error: unknown) => {
        if (error instanceof ApiFailure) setProgress(error.failure)
      },
    )
    return () => {
      abort.abort()
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- one question for each press of the button
  }, [asking])
  return (
    <div class="sample-fields">
      {sample && (
        <p class="muted" role="status">
          Sample of {countText(sample.sampled_records)} records, which read{' '}
          {bytesText(sample.scanned_bytes)}
          {sample.fields_left_out > 0 &&
            `; ${countText(sample.fields_left_out)} rare fields left out`}
          .
        </p>
      )}
      {typeof progress === 'object' && <p role="alert">{failureText(progress).detail}</p>}
      <Button
        disabled={asking || !asked}
        title="Samples up to 1,000 records of the newest 24 hours, which is a query of its own"
        onClick={() => {
          setProgress('asking')
        }}
      >
        {asking ? 'Sampling …' : 'Sample more fields'}
      </Button>
    </div>
  )
}
