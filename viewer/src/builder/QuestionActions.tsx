import type { FunctionComponent } from 'preact'
import { useState } from 'preact/hooks'

import { showSql } from '../app/actions'
import { useViewer } from '../app/viewer'
import type { Table } from '../api/documents'
import { Button } from '../controls/Button'
import { renderFragment } from '../question/fragment'
import type { Question } from '../question/question'
import { rowsStatement } from '../question/statements'
import { parseRange } from '../time/ranges'
import type { Zone } from '../time/zones'

const SHOWN_ROWS = 500

interface QuestionActionsProps {
  readonly question: Question
  readonly table: Table
  readonly zone: Zone
}

/** What else to do with a question: see its SQL, or save it. Their code is loaded when asked for. */
export function QuestionActions({ question, table, zone }: QuestionActionsProps) {
  const viewer = useViewer()
  const [saving, setSaving] = useState<Saving | null>(null)
  const openSql = async () => {
    const range = parseRange(question, { now: Date.now(), zone })
    if ('error' in range) return
    const { inlineParameters } = await import('../sql/literals')
    const statement = rowsStatement({ question, table, range }, range, SHOWN_ROWS)
    showSql(viewer, inlineParameters(statement))
  }
  const save = async () => {
    const { SaveDialog } = await import('../history/SaveDialog')
    const state = await renderFragment({ view: 'builder', question, zone })
    setSaving({ Dialog: SaveDialog, state })
  }
  return (
    <span class="question-actions">
      <Button variant="quiet" onClick={() => void openSql()}>
        Show SQL
      </Button>
      <Button variant="quiet" onClick={() => void save()}>
        Save
      </Button>
      {saving && (
        <saving.Dialog
          state={saving.state}
          onClose={() => {
            setSaving(null)
          }}
        />
      )}
    </span>
  )
}

interface Saving {
  readonly Dialog: FunctionComponent<{ readonly state: string; readonly onClose: () => void }>
  readonly state: string
}
