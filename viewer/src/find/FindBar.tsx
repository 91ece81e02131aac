import './find.css'

import { useEffect, useRef, useState } from 'preact/hooks'

import { useCommand } from '../app/commands'
import { useViewer } from '../app/viewer'
import { Button } from '../controls/Button'
import { TextField } from '../controls/TextField'
import { countText } from '../results/quantities'
import type { GridCursor } from '../rows/gridCursor'
import { visibleText } from '../rows/visibleText'
import { paintMatches } from './paintMatches'
import type { ShownRows } from './recordText'
import { excerptOf } from './textPattern'
import { type Find, type FoundRecord, useFind } from './useFind'

interface FindBarProps {
  readonly shown: ShownRows
  /** The grid is to show this cell; null: none is found. */
  readonly onFound: (cell: GridCursor | null) => void
  readonly onClose: () => void
}

/** Finds a text in all loaded rows, which the browser cannot, as only the visible ones are in the document. */
export function FindBar({ shown, onFound, onClose }: FindBarProps) {
  const { commands } = useViewer()
  const [text, setText] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const find = useFind(text, shown)
  const { current, step } = find
  useEffect(() => {
    onFound(current && { row: current.place, column: Math.max(0, current.shown) })
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the grid is told of other places alone
  }, [current?.place, current?.shown])
  const bar = usePaint(find.pattern)
  const focus = () => {
    input.current?.select()
  }
  const close = () => {
    const grid = bar.current?.parentElement?.querySelector('[role="grid"]')
    grid?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
    onClose()
  }
  useEffect(focus, [])
  useCommand(commands, 'find', focus)

  return (
    <div ref={bar} class="find-bar" role="search" aria-label="Find in the loaded records">
      <TextField
        label="Find in the loaded records"
        labelled="hidden"
        placeholder="Find in the loaded records"
        kind="search"
        value={text}
        inputRef={input}
        onInput={setText}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey)
            step(event.shiftKey ? -1 : 1)
          else if (event.key === 'Escape') close()
          else return
          event.preventDefault()
        }}
      />
      <Steps find={find} />
      <span class="find-count numeric" role="status">
        {text !== '' && summary(find, shown.rows.length)}
      </span>
      {current && find.pattern && <FoundExcerpt current={current} pattern={find.pattern} />}
      <span class="spacer" />
      <Button variant="quiet" icon="close" label="Close find" onClick={close} />
    </div>
  )
}

function Steps({ find }: { readonly find: Find }) {
  const none = find.current === null
  return (
    <>
      <Button
        variant="quiet"
        icon="chevronUp"
        label="Previous match"
        disabled={none}
        onClick={() => {
          find.step(-1)
        }}
      />
      <Button
        variant="quiet"
        icon="chevronDown"
        label="Next match"
        disabled={none}
        onClick={() => {
          find.step(1)
        }}
      />
    </>
  )
}

/** Where the record has the text, as it may be in a column that is not shown, or past the end of the cell. */
function FoundExcerpt({ current, pattern }: { current: FoundRecord; pattern: RegExp }) {
  const excerpt = excerptOf(current.text, pattern)
  if (!excerpt) return null
  return (
    <span class="find-excerpt ellipsis">
      <span class="muted">
        in {current.column.label}
        {current.shown < 0 && ' (no column here)'}:{' '}
      </span>
      <span class="mono">
        {visibleText(excerpt.before)}
        <mark>{visibleText(excerpt.found)}</mark>
        {visibleText(excerpt.after)}
      </span>
    </span>
  )
}

/** `3 of 28 records`; while it searches, `3 of 28 so far`. */
function summary({ found, rank }: Find, rows: number): string {
  if (!found) return ''
  const { count, searched } = found
  if (searched < rows) return count === 0 ? 'Searching …' : `${rankText(rank, count)} so far`
  if (count === 0) return `In none of ${countText(rows)} records`
  return `${rankText(rank, count)} ${count === 1 ? 'record' : 'records'}`
}

function rankText(rank: number, count: number): string {
  return `${countText(rank + 1)} of ${countText(count)}`
}

/** Highlights the pattern in the grid beside the bar. */
function usePaint(pattern: RegExp | null) {
  const bar = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const pane = bar.current?.parentElement
    return pane && pattern ? paintMatches(pane, pattern) : undefined
  }, [pattern])
  return bar
}
