import type { Table } from '../api/documents'
import { Button } from '../controls/Button'
import { identifier } from '../question/sqlText'

interface TableBrowserProps {
  readonly tables: readonly Table[]
  readonly onInsert: (text: string) => void
  readonly onExample: (sql: string) => void
}

/** The tables with their columns, which a click writes at the cursor, and examples to start from. */
export function TableBrowser({ tables, onInsert, onExample }: TableBrowserProps) {
  return (
    <nav class="pane table-browser" aria-label="Tables">
      <div class="toolbar">
        <h2 class="pane-title">Tables</h2>
      </div>
      <div class="pane-body">
        {tables.map((table, index) => (
          <details key={table.name} open={index === 0}>
            <summary title={table.description}>{table.name}</summary>
            <TableContent table={table} onInsert={onInsert} onExample={onExample} />
          </details>
        ))}
      </div>
    </nav>
  )
}

interface TableContentProps extends Omit<TableBrowserProps, 'tables'> {
  readonly table: Table
}

function TableContent({ table, onInsert, onExample }: TableContentProps) {
  return (
    <>
      {table.description && <p class="muted">{table.description}</p>}
      <ul aria-label={`Columns of ${table.name}`}>
        {table.columns.map(({ name, type, description }) => (
          <li key={name}>
            <button
              type="button"
              class="column-button"
              title={description}
              onClick={() => {
                onInsert(identifier(name).text)
              }}
            >
              <span class="mono ellipsis">{name}</span>
              <span class="muted ellipsis">{type}</span>
            </button>
          </li>
        ))}
      </ul>
      {table.examples.length > 0 && (
        <ul aria-label={`Examples for ${table.name}`} class="table-examples">
          {table.examples.map(({ title, query }) => (
            <li key={title}>
              <Button
                variant="quiet"
                title={query}
                onClick={() => {
                  onExample(query)
                }}
              >
                {title}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
