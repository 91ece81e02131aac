import type { Problem } from '../api/documents'
import { Button } from '../controls/Button'
import { Icon } from '../controls/Icon'

interface SqlProblemViewProps {
  readonly problem: Problem
  /** It refused a run: said at once. Otherwise it is what was found while typing. */
  readonly urgent: boolean
  readonly onGoTo: (line: number, column: number) => void
  readonly onUse: (suggestion: string) => void
}

/** What is wrong with the text, where, and what may be meant. */
export function SqlProblemView({ problem, urgent, onGoTo, onUse }: SqlProblemViewProps) {
  const { line, column, detail, suggestions = [] } = problem
  return (
    <div class={urgent ? 'notice danger' : 'notice caution'} role={urgent ? 'alert' : 'status'}>
      <Icon name="warning" />
      <span class="notice-text">
        {line !== undefined && column !== undefined && (
          <button
            type="button"
            class="link-button"
            onClick={() => {
              onGoTo(line, column)
            }}
          >
            line {line}, column {column}
          </button>
        )}
        <span>{detail}</span>
      </span>
      {suggestions.map((suggestion) => (
        <Button
          key={suggestion}
          onClick={() => {
            onUse(suggestion)
          }}
        >
          Use {suggestion}
        </Button>
      ))}
    </div>
  )
}
