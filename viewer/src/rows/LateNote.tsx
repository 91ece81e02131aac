import type { Table } from '../api/documents'
import { changeQuestion } from '../app/actions'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { momentText } from '../time/momentText'
import type { Zone } from '../time/zones'
import { leftOutRecords } from './lateRecords'

interface LateNoteProps {
  readonly table: Table
  readonly zone: Zone
}

/** Say which late records the question leaves out, with the buttons that bring them. */
export function LateNote({ table, zone }: LateNoteProps) {
  const viewer = useViewer()
  const asked = useStore(viewer.search.state, (state) => state.asked)
  const leftOut = asked && leftOutRecords(asked, table, Date.now())
  if (!leftOut) return null
  const { arrivedAfter, choices } = leftOut
  return (
    <div class="toolbar rows-note">
      <span>
        Without records that arrived after{' '}
        <span class="numeric">{momentText(arrivedAfter, zone).slice(0, -4)}</span>. Bring those that
        were late by
      </span>
      {choices.map(({ minutes, label }) => (
        <Button
          key={label}
          compact
          onClick={() => {
            changeQuestion(viewer, (old) => ({ ...old, lateMinutes: minutes }), 'push')
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  )
}
