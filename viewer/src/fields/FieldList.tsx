import './fields.css'

import { useState } from 'preact/hooks'

import type { FieldList as Sample } from '../api/documents'
import { TextField } from '../controls/TextField'
import { fieldLabel } from '../question/fieldLabel'
import { sameField } from '../question/question'
import { type Records, shownFields, useRecords } from '../rows/useRecords'
import { FieldItem } from './FieldItem'
import { SampleFields } from './SampleFields'
import { type ListedField, loadedFields, ROWS_LOOKED_INTO, withSample } from './loadedFields'

/** The columns and what is in their JSON, with the commonest values of the loaded rows. */
export function FieldList() {
  const records = useRecords()
  const [sought, setSought] = useState('')
  return (
    <nav class="pane fields-pane" aria-label="Fields">
      <div class="toolbar">
        <TextField
          label="Find a field"
          labelled="hidden"
          placeholder="Find a field"
          kind="search"
          value={sought}
          onInput={setSought}
        />
      </div>
      <div class="pane-body fields-body">
        {records && (
          <Fields key={records.table.name} records={records} sought={sought.trim().toLowerCase()} />
        )}
      </div>
    </nav>
  )
}

interface FieldsProps {
  readonly records: Records
  readonly sought: string
}

function Fields({ records, sought }: FieldsProps) {
  const [sample, setSample] = useState<Sample | null>(null)
  const { table, question, rows } = records
  const shown = shownFields(question, table)
  const fields = withSample(loadedFields(records), sample)
  const found = fields.filter(({ field }) =>
    fieldLabel(field, table).toLowerCase().includes(sought),
  )
  const section = (title: string, listed: readonly ListedField[]) =>
    listed.length > 0 && (
      <section>
        <h2 class="fields-title">{title}</h2>
        <ul>
          {listed.map((item) => (
            <FieldItem
              key={fieldLabel(item.field, table)}
              item={item}
              records={records}
              shown={shown.some((other) => sameField(other, item.field))}
            />
          ))}
        </ul>
      </section>
    )
  const looked = Math.min(rows.length, ROWS_LOOKED_INTO)
  return (
    <>
      {section(
        'Columns',
        found.filter(({ field }) => field.path === null),
      )}
      {section(
        `In the JSON of ${looked} loaded records`,
        found.filter(({ field, sampled }) => field.path !== null && !sampled),
      )}
      {section(
        'In the sample',
        found.filter(({ sampled }) => sampled),
      )}
      {found.length === 0 && <p class="muted fields-none">No such field.</p>}
      {table.roles.payloads.length > 0 && <SampleFields sample={sample} onSample={setSample} />}
    </>
  )
}
