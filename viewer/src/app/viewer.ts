import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

import type { ActiveRuns } from '../api/activeRuns'
import type { Api } from '../api/client'
import type { Budget, Session, Table } from '../api/documents'
import type { ViewLocation } from '../question/fragment'
import type { BuilderSearch } from '../search/search'
import type { Commands } from './commands'
import type { Preferences } from './preferences'
import type { Store } from './store'

/** The URL's fragment. A run pushes an entry of the history, everything else replaces it. */
export interface LocationStore extends Pick<Store<ViewLocation>, 'get' | 'subscribe'> {
  push(location: ViewLocation): void
  replace(location: ViewLocation): void
}

/** What components share. */
export interface Viewer {
  readonly api: Api
  readonly activeRuns: ActiveRuns
  readonly session: Session
  /** Null without a budget. That of `session` is as old as the page. */
  readonly budget: Pick<Store<Budget | null>, 'get' | 'subscribe'>
  readonly tables: readonly Table[]
  readonly location: LocationStore
  readonly preferences: Store<Preferences>
  readonly commands: Commands
  readonly search: BuilderSearch
  /** The open record, by its row in the table of `search`; it stays open if the table grows. */
  readonly record: Store<{ readonly row: number } | null>
}

export const ViewerContext = createContext<Viewer | null>(null)

export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext)
  if (!viewer) throw new Error('useViewer needs a ViewerContext.Provider above the component')
  return viewer
}
