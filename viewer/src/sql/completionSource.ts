/** What the editor offers while one types, from the tables and the fields in their payloads. */

import {
  pickedCompletion,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionSource,
} from '@codemirror/autocomplete'
import type { EditorView } from '@codemirror/view'

import { offerAt, type Knowledge, type Option } from './completionOptions'
import { placeAt, type Place } from './completionPlace'
import { commonTableNames } from './scopes'

export interface FieldSource extends Knowledge {
  /** Looks into the payloads of recent records, which costs a bounded query. */
  requestFields(table: string): Promise<void>
}

export function completionSource(fields: FieldSource): CompletionSource {
  return (context) => {
    const sql = context.state.doc.toString()
    const place = placeAt(sql, context.pos)
    if (place.kind === 'nothing' || !isWanted(context, place.kind)) return null
    const { options, unknownFields } = offerAt(place, fields, commonTableNames(sql))
    const to = Math.max(place.to, context.pos)
    const range = { from: place.from, to, validFor: sameToken(place) }
    if (options.length > 0) return { ...range, options: options.map(completionOf) }
    if (unknownFields.length === 0) return null
    return { ...range, options: unknownFields.map((table) => lookUp(table, fields)), filter: false }
  }
}

/** What the token may become while what is offered stays the same, so that the list never closes between two keys. */
function sameToken({ kind }: Place): RegExp {
  return kind === 'path' || kind === 'value' ? /^(?:[^']|'')*$/ : /^[\p{L}\p{N}_]*$/u
}

/** Names are offered once one begins, everything else at once. */
function isWanted(context: CompletionContext, kind: string): boolean {
  return (
    context.explicit || kind !== 'name' || context.matchBefore(/[\p{L}_"][\p{L}\p{N}_]*$/u) !== null
  )
}

function completionOf({ label, kind, detail, info, insert, rank }: Option): Completion {
  return {
    label,
    type: kind,
    boost: rank,
    ...(detail !== undefined && { detail }),
    ...(info !== undefined && { info }),
    ...(insert !== undefined && { apply: insert }),
  }
}

function lookUp(table: string, fields: FieldSource): Completion {
  return {
    label: `Look up what is in ${table}`,
    detail: 'reads a sample of its last day',
    boost: -99,
    apply: (view: EditorView, completion: Completion) => {
      view.dispatch({ annotations: pickedCompletion.of(completion) })
      void fields.requestFields(table).then(() => startCompletion(view))
    },
  }
}
