import { useEffect, useState } from 'preact/hooks'

import type { Preferences, Theme } from './preferences'
import { useStore, type Store } from './store'
import { useViewer } from './viewer'

const SYSTEM_DARK = '(prefers-color-scheme: dark)'

/** Set the page's theme, and keep to the preference; the system's needs no attribute. */
export function applyTheme(preferences: Store<Preferences>): void {
  const apply = () => {
    const { theme } = preferences.get()
    if (theme === 'system') document.documentElement.removeAttribute('data-theme')
    else document.documentElement.setAttribute('data-theme', theme)
  }
  apply()
  preferences.subscribe(apply)
}

/** The theme that is shown, for what is drawn on a canvas. */
export function useTheme(): 'light' | 'dark' {
  const { preferences } = useViewer()
  const chosen = useStore(preferences, ({ theme }) => theme)
  const [systemDark, setSystemDark] = useState(() => matchMedia(SYSTEM_DARK).matches)
  useEffect(() => {
    const query = matchMedia(SYSTEM_DARK)
    const change = () => {
      setSystemDark(query.matches)
    }
    // What has changed since the render.
    change()
    query.addEventListener('change', change)
    return () => {
      query.removeEventListener('change', change)
    }
  }, [])
  return shownTheme(chosen, systemDark)
}

export function shownTheme(chosen: Theme, systemDark: boolean): 'light' | 'dark' {
  if (chosen !== 'system') return chosen
  return systemDark ? 'dark' : 'light'
}
