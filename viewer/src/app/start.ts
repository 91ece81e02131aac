import { ActiveRuns } from '../api/activeRuns'
import type { Api } from '../api/client'
import type { Table } from '../api/documents'
import { parseFragment, renderFragment, type ViewLocation } from '../question/fragment'
import { defaultQuestion } from '../question/question'
import { BuilderSearch } from '../search/search'
import { watchBudget } from './budget'
import { openLocation, windowHistory } from './browserLocation'
import { createCommands } from './commands'
import type { Preferences } from './preferences'
import { runQuestions } from './searchRunner'
import { createStore, type Store } from './store'
import type { Viewer } from './viewer'

/** Read who one is and what there is, then run the question of the URL, or a first one. */
export async function startViewer(api: Api, preferences: Store<Preferences>): Promise<Viewer> {
  const { zone } = preferences.get()
  const [session, tables, location] = await Promise.all([
    api.session(),
    api.tables(),
    openLocation(windowHistory(), {
      parse: (fragment) => parseFragment(fragment, zone),
      render: renderFragment,
    }),
  ])
  const activeRuns = new ActiveRuns(window)
  const budget = watchBudget(api, session.budget, activeRuns)
  const search = new BuilderSearch(api, tables, activeRuns)
  const record = createStore<{ readonly row: number } | null>(null)
  location.replace(withQuestion(location.get(), tables))
  runQuestions({ tables, preferences, record, location, search })
  const commands = createCommands()
  return {
    ...{ api, activeRuns, session, budget, tables, location, preferences, commands },
    ...{ search, record },
  }
}

/** A page that is opened without a question asks for the last day of the first table with a time. */
export function withQuestion(location: ViewLocation, tables: readonly Table[]): ViewLocation {
  if (location.view !== 'builder' || location.question) return location
  const table = tables.find(({ roles }) => roles.time !== undefined)
  return table ? { ...location, question: defaultQuestion(table) } : location
}
