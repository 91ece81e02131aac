import { useState } from 'preact/hooks'

import { lazy } from '../app/lazy'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { Dialog } from '../controls/Dialog'
import { useNarrow } from './useNarrow'

const PLACE = <nav class="pane" aria-label="Fields" />
const FieldList = lazy(
  () => import('../fields/FieldList').then((module) => module.FieldList),
  PLACE,
)

/** The field list beside the records, whose code is loaded when there are records to list fields of. */
export function FieldListPane() {
  const { search } = useViewer()
  const loaded = useStore(search.state, ({ rows }) => rows.table !== null)
  return loaded ? <FieldList /> : PLACE
}

/** The button of the field list: beside the records on wide pages, in a drawer on narrow ones. */
export function FieldsDrawer() {
  const { preferences } = useViewer()
  const hidden = useStore(preferences, ({ fieldsHidden }) => fieldsHidden)
  const [open, setOpen] = useState(false)
  const narrow = useNarrow()
  return (
    <>
      <Button
        variant="quiet"
        icon="fields"
        aria-pressed={narrow ? open : !hidden}
        onClick={() => {
          if (narrow) setOpen(true)
          else preferences.update((old) => ({ ...old, fieldsHidden: !hidden }))
        }}
      >
        Fields
      </Button>
      {narrow && open && (
        <Dialog
          title="Fields"
          drawer
          onClose={() => {
            setOpen(false)
          }}
        >
          <FieldList />
        </Dialog>
      )}
    </>
  )
}
