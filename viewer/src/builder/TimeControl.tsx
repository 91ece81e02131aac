import { changeQuestion } from '../app/actions'
import { useCommand } from '../app/commands'
import { lazy } from '../app/lazy'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { Popover } from '../controls/Popover'
import type { Question } from '../question/question'
import { absoluteRange, parseRange, stepRange, type Range } from '../time/ranges'
import type { Zone } from '../time/zones'
import { rangeLabel } from './quickRanges'
import { zoomedOut } from './zoomOut'

const TimeRangeForm = lazy(
  () => import('./TimeRangeForm').then((module) => module.TimeRangeForm),
  <div class="time-range-place" />,
)

interface TimeControlProps {
  readonly question: Question
  readonly zone: Zone
}

/** Choose the range, or step by its width. */
export function TimeControl({ question, zone }: TimeControlProps) {
  const viewer = useViewer()
  const move = (change: (range: Range) => Range) => {
    const range = parseRange(question, { now: Date.now(), zone })
    if ('error' in range) return
    const moved = absoluteRange(change(range), { zone })
    changeQuestion(viewer, (old) => ({ ...old, ...moved }), 'push')
  }
  const earlier = () => {
    move((range) => stepRange(range, -1))
  }
  const later = () => {
    move((range) => stepRange(range, 1))
  }
  const zoomOut = () => {
    move((range) => zoomedOut(range, Date.now()))
  }
  useCommand(viewer.commands, 'earlier', earlier)
  useCommand(viewer.commands, 'later', later)
  useCommand(viewer.commands, 'zoomOut', zoomOut)
  const label = rangeLabel(question, { now: Date.now(), zone })
  return (
    <span class="time-control">
      <Button icon="chevronLeft" label="Earlier" onClick={earlier} />
      <Popover
        title="Time range"
        trigger={{ icon: 'clock', children: label, 'aria-label': `Time range: ${label}` }}
      >
        {(close) => (
          <TimeRangeForm
            question={question}
            zone={zone}
            mostDays={viewer.session.max_query_days}
            onChoose={(range) => {
              close()
              changeQuestion(viewer, (old) => ({ ...old, ...range }), 'push')
            }}
          />
        )}
      </Popover>
      <Button icon="chevronRight" label="Later" onClick={later} />
      <Button icon="zoomOut" label="Zoom out" onClick={zoomOut} />
    </span>
  )
}
