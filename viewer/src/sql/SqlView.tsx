import './sql.css'

import { useCallback, useEffect, useMemo, useState } from 'preact/hooks'

import { useCommand } from '../app/commands'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { SaveDialog } from '../history/SaveDialog'
import { renderFragment } from '../question/fragment'
import { Running } from '../states/RunNotice'
import { ConfirmRun } from './ConfirmRun'
import type { Editor } from './editor'
import { PriceLine } from './PriceLine'
import { SqlEditor } from './SqlEditor'
import { SqlNotices } from './SqlNotices'
import { SqlResults } from './SqlResults'
import type { SqlSession } from './sqlSession'
import { sqlPartsOf } from './sqlViewer'
import { TableBrowser } from './TableBrowser'
import { addTimeBounds } from './timeBound'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Write SQL with help, see what it would cost, run it, and look at its rows. */
export function SqlView() {
  const viewer = useViewer()
  const { session, fields } = sqlPartsOf(viewer)
  const refused = useStore(session.state, (state) => state.refused)
  const check = useStore(session.check.state, (state) => state)
  const [editor, setEditor] = useState<Editor | null>(null)
  const problem = refused ?? (check.kind === 'invalid' ? check.problem : null)
  const mark = useMemo(() => {
    const { line, column, detail: message } = problem ?? {}
    return line && column && message ? { line, column, message } : null
  }, [problem])
  useEffect(() => session.followLocation(), [session])
  useRefusal(editor, session)
  useSqlCommands(session)

  return (
    <section class="view view-sql" aria-label="SQL">
      <div class="sql-main">
        <SqlEditor
          {...{ text: session.text, fields, problem: mark, onReady: setEditor }}
          onChange={session.edit}
          onRun={() => void session.request()}
          onStop={session.stop}
        />
        <SqlToolbar session={session} />
        <SqlNotices {...{ session, problem, fields, editor }} />
        <Results session={session} />
      </div>
      <TableBrowser
        tables={viewer.tables}
        onInsert={(text) => {
          if (editor) editor.insert(text)
          else session.edit(session.text.get() + text)
        }}
        onExample={(text) => {
          session.edit(text)
          editor?.focus()
        }}
      />
      <Consent session={session} />
    </section>
  )
}

/** After a run that was refused, the cursor is where the problem is. */
function useRefusal(editor: Editor | null, session: SqlSession): void {
  const refused = useStore(session.state, (state) => state.refused)
  useEffect(() => {
    const { line, column } = refused ?? {}
    if (!editor || !line || !column) return
    editor.moveTo(line, column)
    editor.focus()
  }, [editor, refused])
}

function useSqlCommands(session: SqlSession): void {
  const { commands } = useViewer()
  const isUnderWay = useUnderWay(session)
  useCommand(commands, 'run', () => void session.request())
  useCommand(commands, 'stop', isUnderWay ? session.stop : null)
}

function useUnderWay(session: SqlSession): boolean {
  const checking = useStore(session.state, (state) => state.checking)
  const kind = useStore(session.run.state, (state) => state.kind)
  return checking || kind === 'running' || kind === 'retrying'
}

function SqlToolbar({ session }: { readonly session: SqlSession }) {
  const { location } = useViewer()
  const isUnderWay = useUnderWay(session)
  const check = useStore(session.check.state, (state) => state)
  const { sql, queryId } = useStore(session.state, (state) => state)
  const zone = useStore(location, (place) => place.zone)
  const run = useStore(session.run.state, (state) => state)
  const [saved, setSaved] = useState<string | null>(null)
  const save = useCallback(async () => {
    setSaved(await renderFragment({ view: 'sql', sql, queryId: null, zone }))
  }, [sql, zone])
  const ran = queryId !== null && run.kind === 'finished' ? run.query : null
  return (
    <div class="toolbar sql-toolbar">
      <Button
        variant="primary"
        icon="play"
        shortcut="Ctrl+Enter"
        aria-keyshortcuts="Control+Enter"
        onClick={() => void session.request()}
      >
        Run
      </Button>
      <Button disabled={sql.trim() === ''} onClick={() => void save()}>
        Save
      </Button>
      {run.kind === 'stopped' && <span role="status">Stopped</span>}
      {run.kind === 'running' ? (
        <Running startedAt={run.startedAt} onStop={session.stop} />
      ) : (
        isUnderWay && (
          <Button icon="stop" onClick={session.stop}>
            Stop
          </Button>
        )
      )}
      <PriceLine {...{ check, ran, zone }} />
      {saved !== null && (
        <SaveDialog
          state={saved}
          onClose={() => {
            setSaved(null)
          }}
        />
      )}
    </div>
  )
}

function Results({ session }: { readonly session: SqlSession }) {
  const { table, queryId, shownId, stale } = useStore(session.state, (state) => state)
  const kind = useStore(session.run.state, (state) => state.kind)
  if (!table)
    return <p class="muted sql-hint">Rows appear here. Nothing runs until you press Run.</p>
  const growing = kind === 'running' || kind === 'retrying'
  const changed = queryId === null && !growing
  return <SqlResults {...{ table, queryId: shownId, stale, growing, changed }} />
}

function Consent({ session }: { readonly session: SqlSession }) {
  const { tables } = useViewer()
  const { asks, sql } = useStore(session.state, (state) => state)
  const check = useStore(session.check.state, (state) => state)
  const bounded = useMemo(() => {
    const to = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS
    return asks ? addTimeBounds(sql, tables, { from: to - DAY_MS, to }) : null
  }, [asks, sql, tables])
  if (!asks) return null
  return (
    <ConfirmRun
      check={check}
      bounded={check.kind === 'valid' && check.estimate.bounded ? null : bounded}
      onBound={session.edit}
      onRun={() => void session.start()}
      onClose={session.stop}
    />
  )
}
