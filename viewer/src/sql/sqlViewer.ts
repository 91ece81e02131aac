/** What the SQL view keeps while another view is shown. */

import { systemClock } from '../api/clock'
import { QueryRun } from '../api/queryRun'
import type { Viewer } from '../app/viewer'
import { PayloadFields } from './payloadFields'
import { SqlCheck } from './sqlCheck'
import { SqlSession } from './sqlSession'

interface SqlParts {
  readonly session: SqlSession
  readonly fields: PayloadFields
}

const kept = new WeakMap<Viewer, SqlParts>()

export function sqlPartsOf(viewer: Viewer): SqlParts {
  const parts = kept.get(viewer) ?? createParts(viewer)
  kept.set(viewer, parts)
  return parts
}

function createParts({ api, activeRuns, tables, location, preferences }: Viewer): SqlParts {
  const draft = {
    get: () => preferences.get().draft,
    set: (text: string) => {
      preferences.update((old) => ({ ...old, draft: text }))
    },
  }
  const session = new SqlSession({
    ...{ location, draft },
    queryRun: new QueryRun(api, activeRuns),
    check: new SqlCheck(api, systemClock),
    clock: systemClock,
  })
  return { session, fields: new PayloadFields(api, tables, systemClock) }
}
