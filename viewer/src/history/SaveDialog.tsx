import './history.css'

import { useEffect, useState } from 'preact/hooks'

import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { Dialog } from '../controls/Dialog'
import { TextField } from '../controls/TextField'
import { FailureView } from '../states/FailureView'
import { SavedQuestions } from './savedQuestions'

interface SaveDialogProps {
  /** The fragment of the URL that asks the question, with relative times as they are. */
  readonly state: string
  readonly onClose: () => void
}

/** Keeps a question under a title; under one that is taken, it takes the place of what is there. */
export function SaveDialog({ state, onClose }: SaveDialogProps) {
  const { questions, saved, failure, loading } = useSaved()
  const [title, setTitle] = useState('')
  const [changed, setChanged] = useState(false)
  const [saving, setSaving] = useState(false)
  const name = title.trim()
  const old = saved.find((other) => other.title === name)
  const canSave = name !== '' && !saving && !loading

  async function save(): Promise<void> {
    setSaving(true)
    const outcome = await (old
      ? questions.replace(old, name, state)
      : questions.create(name, state))
    setSaving(false)
    setChanged(outcome === 'changed')
    if (outcome === 'done') onClose()
  }

  return (
    <Dialog title="Save question" onClose={onClose}>
      <form
        class="save-form"
        onSubmit={(event) => {
          event.preventDefault()
          if (canSave) void save()
        }}
      >
        <TextField
          label="Title"
          value={title}
          onInput={setTitle}
          suggestions={saved.map(titleOf)}
        />
        <p class="muted" role="status">
          {hint(old !== undefined, changed)}
        </p>
        {failure && <FailureView failure={failure} onAgain={undefined} />}
        <div class="dialog-actions">
          <Button type="submit" variant="primary" disabled={!canSave}>
            {old ? 'Replace' : 'Save'}
          </Button>
          <Button variant="quiet" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function useSaved() {
  const { api } = useViewer()
  const [questions] = useState(() => new SavedQuestions(api))
  useEffect(() => {
    void questions.load()
  }, [questions])
  return { questions, ...useStore(questions.state, (all) => all) }
}

function titleOf({ title }: { readonly title: string }): string {
  return title
}

function hint(taken: boolean, changed: boolean): string {
  if (changed)
    return 'Someone changed this question while you saved. Press again to replace theirs.'
  if (taken) return 'There is a question of this title; yours takes its place.'
  return 'Everyone of your tenant sees it.'
}
