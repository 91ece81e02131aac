import './states.css'

import { changeQuestion, currentQuestion, removeFilter } from '../app/actions'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { filterLabel } from '../question/fieldLabel'
import type { Question } from '../question/question'
import { lateChoices } from '../builder/lateChoices'

/** Tell what may have hidden the records, each with the button that brings them back. */
export function EmptyResult() {
  const viewer = useViewer()
  const question = useStore(viewer.location, currentQuestion)
  if (!question) return null
  const table = viewer.tables.find(({ name }) => name === question.table) ?? null
  const filters = question.filters.filter(({ enabled }) => enabled)
  const change = (parts: Partial<Question>) => {
    changeQuestion(viewer, (old) => ({ ...old, ...parts }), 'push')
  }
  return (
    <div class="empty-result">
      <h2>No records in this range</h2>
      {filters.length > 0 && (
        <p>
          Without a filter there may be some:
          {filters.map((filter) => (
            <Button
              key={filterLabel(filter, table)}
              icon="close"
              onClick={() => {
                removeFilter(viewer, filter)
              }}
            >
              Drop {filterLabel(filter, table)}
            </Button>
          ))}
        </p>
      )}
      <p>
        Or look further back:
        <Button
          onClick={() => {
            change({ from: 'now-7d', to: 'now' })
          }}
        >
          Last 7 days
        </Button>
        <Button
          onClick={() => {
            change({ from: 'now-30d', to: 'now' })
          }}
        >
          Last 30 days
        </Button>
      </p>
      <LateButtons question={question} onChoose={change} />
    </div>
  )
}

interface LateButtonsProps {
  readonly question: Question
  readonly onChoose: (parts: Pick<Question, 'lateMinutes'>) => void
}

function LateButtons({ question, onChoose }: LateButtonsProps) {
  const { tables } = useViewer()
  const table = tables.find(({ name }) => name === question.table)
  const later = table ? lateChoices(table).filter(({ minutes }) => isLater(minutes, question)) : []
  if (later.length === 0) return null
  return (
    <p>
      Records may have arrived later:
      {later.map(({ minutes, label }) => (
        <Button
          key={label}
          onClick={() => {
            onChoose({ lateMinutes: minutes })
          }}
        >
          {minutes === null ? 'however late' : `${label} late`}
        </Button>
      ))}
    </p>
  )
}

function isLater(minutes: number | null, { lateMinutes }: Question): boolean {
  if (lateMinutes === null) return false
  return minutes === null || minutes > lateMinutes
}
