import type { Table } from '../api/documents'
import { lateChoices } from '../builder/lateChoices'
import type { Question } from '../question/question'
import { alignedRange, arrivalColumn, requireTime, type TimeColumn } from '../question/timeColumns'
import { momentOf } from '../results/valueText'
import { isoText } from '../time/momentText'
import { MINUTE } from '../time/zones'
import type { RecordPlace } from './recordNodes'

/**
 * Narrow a question to the moment of one of its records, as records have no id. It looks no longer for late
 * records than this one needs.
 */
export function recordQuestion(question: Question, table: Table, record: RecordPlace): Question {
  const column = requireTime(table)
  const created = momentIn(record, column)
  if (created === null) return question
  const { from, to } = alignedRange({ from: created, to: created + 1 }, column.unit)
  const arrival = arrivalColumn(table)
  const arrived = arrival && momentIn(record, arrival)
  const late = arrived === null ? Infinity : (arrived - to) / MINUTE
  const choice = lateChoices(table).find(({ minutes }) => minutes !== null && minutes > late)
  return {
    ...question,
    ...{ from: isoText(from, 'utc'), to: isoText(to, 'utc') },
    lateMinutes: choice?.minutes ?? null,
  }
}

function momentIn({ rows, row }: RecordPlace, { name, unit }: TimeColumn): number | null {
  return momentOf(
    rows.value(
      row,
      rows.columns.findIndex((column) => column.name === name),
    ),
    unit,
  )
}
