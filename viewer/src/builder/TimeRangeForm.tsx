import { useState } from 'preact/hooks'

import { Button } from '../controls/Button'
import { TextField } from '../controls/TextField'
import { rangeText } from '../histogram/texts'
import { parseRange, type RangeReading, type WrittenRange } from '../time/ranges'
import { SECOND, type Zone } from '../time/zones'
import { quickRangesWithin } from './quickRanges'

interface TimeRangeFormProps {
  readonly question: WrittenRange
  readonly zone: Zone
  readonly mostDays: number | null
  readonly onChoose: (range: WrittenRange) => void
}

/** Quick ranges beside two texts: relative, ISO 8601, or seconds and milliseconds since 1970. */
export function TimeRangeForm({ question, zone, mostDays, onChoose }: TimeRangeFormProps) {
  return (
    <div class="time-range-form">
      <ul class="quick-ranges" aria-label="Quick ranges">
        {quickRangesWithin(mostDays).map(({ label, from, to }) => (
          <li key={label}>
            <Button
              variant="quiet"
              aria-pressed={from === question.from && to === question.to}
              onClick={() => {
                onChoose({ from, to })
              }}
            >
              {label}
            </Button>
          </li>
        ))}
      </ul>
      <WrittenForm question={question} zone={zone} onChoose={onChoose} />
    </div>
  )
}

function WrittenForm({ question, zone, onChoose }: Omit<TimeRangeFormProps, 'mostDays'>) {
  const [from, setFrom] = useState(question.from)
  const [to, setTo] = useState(question.to)
  const [tried, setTried] = useState(false)
  const range = parseRange({ from, to }, { now: Date.now(), zone })
  const wrong = 'error' in range ? range : null
  const errorAt = (edge: 'from' | 'to') => (tried && wrong?.edge === edge ? wrong.error : null)
  return (
    <form
      class="written-range"
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (!wrong) onChoose({ from: from.trim(), to: to.trim() })
      }}
    >
      <TextField label="From" value={from} onInput={setFrom} error={errorAt('from')} />
      <TextField label="To" value={to} onInput={setTo} error={errorAt('to')} />
      <p class="muted numeric range-preview">{previewText(range, zone)}</p>
      <p class="muted">
        Such as <code>now-2d/d</code>, <code>2026-11-20 10:00</code>, <code>1795168800</code>
      </p>
      <Button type="submit" variant="primary">
        Apply
      </Button>
    </form>
  )
}

/** The range to the second, so that one that ends now can be read. */
function previewText(range: RangeReading, zone: Zone): string {
  if ('error' in range) return '\u00a0'
  const whole = (instant: number) => Math.floor(instant / SECOND) * SECOND
  const text = rangeText({ from: whole(range.from), to: whole(range.to) }, zone)
  return `${text} ${zone === 'utc' ? 'UTC' : 'local time'}`
}
