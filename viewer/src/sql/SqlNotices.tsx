import type { Problem, Warning } from '../api/documents'
import type { Failure } from '../api/failure'
import { useStore } from '../app/store'
import { Button } from '../controls/Button'
import { Icon } from '../controls/Icon'
import { moneyText } from '../results/quantities'
import { FailureView } from '../states/FailureView'
import { RunNotice } from '../states/RunNotice'
import type { Editor } from './editor'
import type { PayloadFields } from './payloadFields'
import { SqlProblemView } from './SqlProblemView'
import type { SqlSession } from './sqlSession'
import { dottedNameAt, rangeAt } from './textPosition'

interface SqlNoticesProps {
  readonly session: SqlSession
  readonly problem: Problem | null
  readonly fields: PayloadFields
  readonly editor: Editor | null
}

/** What a person has to know before the rows: problems, warnings, how the run goes. */
export function SqlNotices({ session, problem, fields, editor }: SqlNoticesProps) {
  const refused = useStore(session.state, (state) => state.refused)
  const run = useStore(session.run.state, (state) => state)
  const fieldsFailure = useStore(fields.failure, (failure) => failure)
  return (
    <div class="messages" role="region" aria-label="Messages about the SQL">
      {problem && (
        <SqlProblemView
          problem={problem}
          urgent={refused !== null}
          onGoTo={(line, column) => {
            editor?.moveTo(line, column)
            editor?.focus()
          }}
          onUse={(suggestion) => {
            applySuggestion(session, problem, suggestion)
            editor?.focus()
          }}
        />
      )}
      {run.kind === 'failed' && run.failure.kind === 'expired' ? (
        <Expired session={session} failure={run.failure} />
      ) : (
        <RunNotice run={run} compact onAgain={() => void session.again()} />
      )}
      {fieldsFailure && <FailureView failure={fieldsFailure} onAgain={undefined} />}
      <Warnings session={session} />
    </div>
  )
}

/** Writes what was meant in the place of what was written. */
function applySuggestion(session: SqlSession, { line, column }: Problem, suggestion: string): void {
  const { sql } = session.state.get()
  if (line === undefined || column === undefined) return
  const { from, to } = dottedNameAt(sql, rangeAt(sql, line, column))
  session.edit(sql.slice(0, from) + suggestion + sql.slice(to))
}

interface ExpiredProps {
  readonly session: SqlSession
  readonly failure: Extract<Failure, { kind: 'expired' }>
}

function Expired({ session, failure }: ExpiredProps) {
  const check = useStore(session.check.state, (state) => state)
  const cost = check.kind === 'valid' ? check.estimate.cost_usd : null
  return (
    <div class="notice caution" role="alert">
      <Icon name="warning" />
      <span class="notice-text">{failure.problem.detail}</span>
      <Button onClick={() => void session.request()}>
        Run again{cost !== null && `, about ${moneyText(cost)}`}
      </Button>
    </div>
  )
}

function Warnings({ session }: { readonly session: SqlSession }) {
  const check = useStore(session.check.state, (state) => state)
  const run = useStore(session.run.state, (state) => state)
  return (
    <>
      {warningsOf(check.kind === 'valid' ? check : run.kind === 'finished' ? run.query : null).map(
        ({ code, detail }) => (
          <div key={code} class="notice caution" role="status">
            <Icon name="warning" />
            <span class="notice-text">{detail}</span>
          </div>
        ),
      )}
    </>
  )
}

function warningsOf(told: { readonly warnings: readonly Warning[] } | null): readonly Warning[] {
  return told?.warnings ?? []
}
