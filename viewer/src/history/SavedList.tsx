import { useEffect, useState } from 'preact/hooks'

import type { Saved } from '../api/documents'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { parseFragment } from '../question/fragment'
import { FailureView } from '../states/FailureView'
import { DeleteDialog, RenameDialog } from './SavedDialogs'
import { SavedQuestions } from './savedQuestions'

/** The questions that the tenant keeps. Opening one runs it only if the builder can. */
export function SavedList() {
  const { api } = useViewer()
  const [questions] = useState(() => new SavedQuestions(api))
  const { saved, pagingToken, failure, loading } = useStore(questions.state, (all) => all)
  useEffect(() => {
    void questions.load()
  }, [questions])
  return (
    <section class="pane saved-questions" aria-label="Saved questions">
      <div class="toolbar">
        <h2 class="pane-title">Saved questions</h2>
      </div>
      <div class="pane-body" aria-busy={loading}>
        {failure && <FailureView failure={failure} onAgain={() => void questions.load()} />}
        {saved.length === 0 && !loading && !failure && (
          <p class="muted history-hint">
            None yet. Press Save beside a question to keep it here for your tenant.
          </p>
        )}
        <ul>
          {saved.map((question) => (
            <SavedItem key={question.id} question={question} questions={questions} />
          ))}
        </ul>
        {pagingToken !== null && <Button onClick={() => void questions.more()}>More</Button>}
      </div>
    </section>
  )
}

interface SavedItemProps {
  readonly question: Saved
  readonly questions: SavedQuestions
}

function SavedItem({ question, questions }: SavedItemProps) {
  const { location } = useViewer()
  const [dialog, setDialog] = useState<'rename' | 'delete' | null>(null)
  const close = () => {
    setDialog(null)
  }
  const { title, state, updated_at: updated } = question
  const open = async () => {
    location.push(await parseFragment(state, location.get().zone))
  }
  return (
    <li class="saved-item">
      <span class="saved-title" title={title}>
        {title}
      </span>
      <span class="muted numeric">{updated.slice(0, 10)}</span>
      <span class="saved-actions">
        <Button compact aria-label={`Open ${title}`} onClick={() => void open()}>
          Open
        </Button>
        <Button
          compact
          variant="quiet"
          aria-label={`Rename ${title}`}
          onClick={() => {
            setDialog('rename')
          }}
        >
          Rename
        </Button>
        <Button
          compact
          variant="quiet"
          aria-label={`Delete ${title}`}
          onClick={() => {
            setDialog('delete')
          }}
        >
          Delete
        </Button>
      </span>
      {dialog === 'rename' && <RenameDialog {...{ question, questions }} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog {...{ question, questions }} onClose={close} />}
    </li>
  )
}
