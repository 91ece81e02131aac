import { useState } from 'preact/hooks'

import type { Saved } from '../api/documents'
import { useStore } from '../app/store'
import { Button } from '../controls/Button'
import { Dialog } from '../controls/Dialog'
import { TextField } from '../controls/TextField'
import { FailureView } from '../states/FailureView'
import type { Outcome, SavedQuestions } from './savedQuestions'

interface SavedDialogProps {
  readonly question: Saved
  readonly questions: SavedQuestions
  readonly onClose: () => void
}

export function RenameDialog({ question, questions, onClose }: SavedDialogProps) {
  const [title, setTitle] = useState(question.title)
  const change = useChange(onClose)
  const name = title.trim()
  return (
    <Dialog title="Rename question" onClose={onClose}>
      <form
        class="save-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (name !== '') void change.make(questions.replace(question, name, question.state))
        }}
      >
        <TextField label="Title" value={title} onInput={setTitle} />
        <Conflict {...{ question, questions, changed: change.changed }} />
        <div class="dialog-actions">
          <Button type="submit" variant="primary" disabled={name === '' || change.busy}>
            {change.changed ? 'Rename anyway' : 'Rename'}
          </Button>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

export function DeleteDialog({ question, questions, onClose }: SavedDialogProps) {
  const change = useChange(onClose)
  return (
    <Dialog title="Delete question" onClose={onClose}>
      <div class="save-form">
        <p>Delete “{question.title}” for everyone of your tenant?</p>
        <Conflict {...{ question, questions, changed: change.changed }} />
        <div class="dialog-actions">
          <Button
            variant="danger"
            disabled={change.busy}
            onClick={() => void change.make(questions.remove(question))}
          >
            {change.changed ? 'Delete anyway' : 'Delete'}
          </Button>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Dialog>
  )
}

/** Closes the dialog once the change is made; a second press then changes the version that is shown. */
function useChange(onClose: () => void) {
  const [busy, setBusy] = useState(false)
  const [changed, setChanged] = useState(false)
  return {
    busy,
    changed,
    make: async (outcome: Promise<Outcome>) => {
      setBusy(true)
      const result = await outcome
      setBusy(false)
      setChanged(result === 'changed')
      if (result === 'done') onClose()
    },
  }
}

interface ConflictProps {
  readonly question: Saved
  readonly questions: SavedQuestions
  readonly changed: boolean
}

function Conflict({ question, questions, changed }: ConflictProps) {
  const failure = useStore(questions.state, (state) => state.failure)
  return (
    <>
      {changed && (
        <p role="alert">
          Someone changed it meanwhile. It is called “{question.title}” now, and nothing of it is
          overwritten yet.
        </p>
      )}
      {failure && <FailureView failure={failure} onAgain={undefined} />}
    </>
  )
}
