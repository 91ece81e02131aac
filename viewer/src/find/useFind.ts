import { useEffect, useMemo, useState } from 'preact/hooks'

import { findPlaces, type Found, PAGE_TURNS, rankOf, steppedPlace } from './findPlaces'
import { type FoundText, recordFinder, type ShownRows } from './recordText'
import { textPattern } from './textPattern'

export interface FoundRecord extends FoundText {
  readonly place: number
}

export interface Find {
  readonly pattern: RegExp | null
  readonly found: Found | null
  /** The record that the person is at; null while none is found. */
  readonly current: FoundRecord | null
  /** How many records are found before it. */
  readonly rank: number
  readonly step: (by: 1 | -1) => void
}

/** Find a text in the loaded rows, and the first record that has it from where the person is. */
export function useFind(text: string, { rows, columns, order, zone }: ShownRows): Find {
  const pattern = useMemo(() => textPattern(text), [text])
  const find = useMemo(
    () => recordFinder({ rows, columns, order, zone }),
    [rows, columns, order, zone],
  )
  const [told, setTold] = useState<{ by: object; pattern: RegExp; found: Found } | null>(null)
  const [place, setPlace] = useState(0)
  useEffect(() => {
    if (!pattern) return
    let isWanted = true
    const search = async () => {
      const isMatch = (at: number) => find(at, pattern) !== null
      for await (const found of findPlaces(rows.length, isMatch, PAGE_TURNS)) {
        if (!isWanted) return
        setTold({ by: find, pattern, found })
      }
    }
    void search()
    return () => {
      isWanted = false
    }
  }, [pattern, find, rows])

  const found = told?.by === find && told.pattern === pattern ? told.found : null
  const at = found && placeFrom(found, place, rows.length)
  const current = useMemo(() => {
    const text = at === null || !pattern ? null : find(at, pattern)
    return at === null || !text ? null : { ...text, place: at }
  }, [at, find, pattern])
  return {
    pattern,
    found,
    current,
    rank: found && at !== null ? rankOf(found.places, at) : 0,
    step: (by) => {
      const next = found && steppedPlace(found.places, at ?? place, by)
      if (next !== null) setPlace(next)
    },
  }
}

/** The first place from here on; the first of all once it is known that there is none. */
function placeFrom({ places, searched }: Found, from: number, rows: number): number | null {
  const next = places[rankOf(places, from)]
  return next ?? (searched === rows ? places[0] : null) ?? null
}
