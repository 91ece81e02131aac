import './styles/base.css'

import { render } from 'preact'

import { Api } from './api/client'
import { App } from './app/App'
import { createPreferences } from './app/preferences'
import { startViewer } from './app/start'
import { applyTheme } from './app/theme'
import { ViewerContext } from './app/viewer'

/** The page lies in a folder of the API that it calls. */
const api = new Api(new URL('../', document.baseURI))
const preferences = createPreferences(window.localStorage)
applyTheme(preferences)

const root = document.getElementById('viewer')
if (root) void show(root)

async function show(place: HTMLElement): Promise<void> {
  try {
    const viewer = await startViewer(api, preferences)
    render(
      <ViewerContext.Provider value={viewer}>
        <App />
      </ViewerContext.Provider>,
      place,
    )
  } catch (error) {
    const { StartFailure } = await import('./app/StartFailure')
    render(<StartFailure error={error} />, place)
  }
}
