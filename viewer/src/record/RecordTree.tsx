import './record.css'

import { useState } from 'preact/hooks'

import type { Table } from '../api/documents'
import { CopyButton } from '../controls/CopyButton'
import { Icon } from '../controls/Icon'
import { fieldLabel } from '../question/fieldLabel'
import type { FieldRef } from '../question/question'
import { type Json, renderJson, scalarText } from '../results/exactJson'
import type { ResultTable } from '../results/resultTable'
import { momentOf } from '../results/valueText'
import { CellActions } from '../rows/CellActions'
import { visibleText } from '../rows/visibleText'
import { momentText, offsetText } from '../time/momentText'
import type { Zone } from '../time/zones'
import { childNodes, filterOf, type RecordNode, recordNodes, sizeOf } from './recordNodes'
import { moveInTree, takeFocus } from './treeKeys'

export type OnFilterValue = (field: FieldRef, value: string | null, negated: boolean) => void

interface RecordTreeProps {
  readonly rows: ResultTable
  readonly row: number
  /** Of whose records these are; null for the rows of other queries. */
  readonly table: Table | null
  readonly zone: Zone
  /** Null if values cannot be filtered for. */
  readonly onFilter: OnFilterValue | null
}

/** All of a record: its columns, and what is in the JSON that they hold. */
export function RecordTree(props: RecordTreeProps) {
  const { rows, row } = props
  return (
    // eslint-disable-next-line jsx-a11y-x/interactive-supports-focus -- one of its items has the focus
    <div
      class="record-tree"
      role="tree"
      aria-label="Fields"
      onKeyDown={moveInTree}
      onFocusCapture={takeFocus}
    >
      {recordNodes(rows, row).map((node, index) => (
        <TreeItem key={index} node={node} level={1} isFirst={index === 0} {...props} />
      ))}
    </div>
  )
}

interface TreeItemProps extends RecordTreeProps {
  readonly node: RecordNode
  readonly level: number
  readonly isFirst?: boolean
}

const SHOWN_CHILDREN = 100

function TreeItem(props: TreeItemProps) {
  const { node, level, isFirst = false } = props
  const opens = sizeOf(node.value) > 0
  const [open, setOpen] = useState(level < 3 && !(node.inText && level > 1))
  const toggle = () => {
    setOpen(!open)
  }
  return (
    <div
      // eslint-disable-next-line jsx-a11y-x/role-has-required-aria-props -- nothing here can be selected
      role="treeitem"
      aria-level={level}
      aria-expanded={opens ? open : undefined}
      tabIndex={isFirst ? 0 : -1}
    >
      {opens ? <Branch node={node} open={open} onToggle={toggle} /> : <Leaf {...props} />}
      {opens && open && <Children {...props} />}
    </div>
  )
}

interface BranchProps {
  readonly node: RecordNode
  readonly open: boolean
  readonly onToggle: () => void
}

/** The keys of the tree open it; the button is for the pointer. */
function Branch({ node, open, onToggle }: BranchProps) {
  const { name, value, inText, field } = node
  const brackets = value.kind === 'array' ? `[${sizeOf(value)}]` : `{${sizeOf(value)}}`
  const isText = inText && field?.path !== null
  return (
    <button type="button" class="tree-line tree-toggle" tabIndex={-1} onClick={onToggle}>
      <Icon name={open ? 'chevronDown' : 'chevronRight'} />
      <span class="tree-name">{visibleText(name)}</span>
      <span class="muted">
        {brackets}
        {isText && ' JSON in text'}
      </span>
    </button>
  )
}

function Children(props: TreeItemProps) {
  const { node, level } = props
  const [most, setMost] = useState(SHOWN_CHILDREN)
  const nodes = childNodes(node)
  return (
    <div role="group">
      {nodes.slice(0, most).map((child, index) => (
        <TreeItem key={index} {...props} node={child} level={level + 1} isFirst={false} />
      ))}
      {nodes.length > most && (
        <div
          // eslint-disable-next-line jsx-a11y-x/role-has-required-aria-props -- nothing here can be selected
          role="treeitem"
          aria-level={level + 1}
          tabIndex={-1}
        >
          <button
            type="button"
            class="tree-line tree-toggle muted"
            tabIndex={-1}
            onClick={() => {
              setMost(most * 10)
            }}
          >
            {nodes.length - most} more
          </button>
        </div>
      )}
    </div>
  )
}

function Leaf({ node, table, zone, onFilter }: TreeItemProps) {
  const { name, value } = node
  const filter = filterOf(node)
  const moment = momentShown(node, table, zone)
  return (
    <div class="tree-line">
      <span class="tree-name">{visibleText(name)}</span>
      <span class={`tree-value tree-${value.kind}`}>{shownText(value)}</span>
      {moment && <span class="tree-moment muted numeric">{moment}</span>}
      <span class="tree-actions">
        {onFilter && filter && (
          <CellActions
            label={fieldLabel(filter.field, table)}
            text={filter.text ?? 'NULL'}
            onFilter={(negated) => {
              onFilter(filter.field, filter.text, negated)
            }}
          />
        )}
        <CopyButton
          compact
          variant="quiet"
          shown={null}
          name={`Copy the value of ${name}`}
          title={`Copy the value of ${name} (C)`}
          tabIndex={-1}
          text={() => scalarText(value) ?? renderJson(value)}
        />
      </span>
    </div>
  )
}

/** The clock time of a column that writes a moment as a number. */
function momentShown({ field, value }: RecordNode, table: Table | null, zone: Zone) {
  if (field?.path !== null || value.kind !== 'number') return null
  const unit = table?.columns.find(({ name }) => name === field.column)?.time?.unit
  const moment = unit === undefined ? null : momentOf(BigInt(value.text), unit)
  return moment === null ? null : `${momentText(moment, zone)} ${offsetText(moment, zone)}`
}

/** Text stands in quotes only where it would look like something else. */
function shownText(value: Json): string {
  if (value.kind === 'null') return 'NULL'
  if (value.kind !== 'string') return renderJson(value)
  const text = value.text.split('\n').map(shownLine).join('\n')
  const misleads = /^\s*$|^(NULL|null|true|false)$|^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value.text)
  return misleads ? `"${text}"` : text
}

function shownLine(line: string): string {
  return visibleText(line)
}
