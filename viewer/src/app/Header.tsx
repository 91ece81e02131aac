import { useState } from 'preact/hooks'

import { Button } from '../controls/Button'
import { Menu } from '../controls/Menu'
import { SegmentedChoice } from '../controls/SegmentedChoice'
import { Tabs } from '../controls/Tabs'
import type { ViewLocation } from '../question/fragment'
import { minuteText } from '../time/momentText'
import type { Zone } from '../time/zones'
import type { Session } from '../api/documents'
import { budgetText } from './budget'
import { useCommand } from './commands'
import type { Theme } from './preferences'
import { lazy } from './lazy'
import { useStore } from './store'
import { useViewer } from './viewer'

const HelpDialog = lazy(() => import('../help/HelpDialog').then((module) => module.HelpDialog))

export const PANEL_ID = 'view'

const VIEWS = [
  { value: 'builder', label: 'Builder' },
  { value: 'sql', label: 'SQL' },
  { value: 'history', label: 'History' },
] as const

interface HeaderProps {
  readonly view: ViewLocation['view']
  readonly zone: Zone
  readonly onView: (view: ViewLocation['view']) => void
}

export function Header({ view, zone, onView }: HeaderProps) {
  const { session } = useViewer()
  return (
    <header class="app-header">
      <h1 class="app-title">Historical events</h1>
      <Tabs
        label="View"
        panelId={PANEL_ID}
        value={view}
        options={VIEWS}
        onChange={(chosen) => {
          const found = VIEWS.find(({ value }) => value === chosen)
          if (found) onView(found.value)
        }}
      />
      <span class="spacer" />
      <span class="app-caller muted">{callerText(session)}</span>
      <BudgetOfToday zone={zone} />
      <ZoneSwitch zone={zone} />
      <ThemeMenu />
      <Help />
    </header>
  )
}

export function callerText({ tenant, operator }: Pick<Session, 'tenant' | 'operator'>): string {
  if (operator) return tenant === null ? 'Operator' : `Operator (${tenant})`
  return `Tenant ${tenant ?? ''}`
}

function BudgetOfToday({ zone }: { readonly zone: Zone }) {
  const { budget } = useViewer()
  const current = useStore(budget, (each) => each)
  if (!current) return null
  const { limit_bytes: limit, used_bytes: used, resets_at: resetsAt } = current
  return (
    <span
      class={`app-budget numeric ${used !== null && used >= limit ? 'used-up' : 'muted'}`}
      title={`The next day begins at ${minuteText(Date.parse(resetsAt), zone)}.`}
    >
      {budgetText(current)}
    </span>
  )
}

function ZoneSwitch({ zone }: { readonly zone: Zone }) {
  const { location, preferences, commands } = useViewer()
  const choose = (chosen: Zone) => {
    preferences.update((old) => ({ ...old, zone: chosen }))
    location.replace({ ...location.get(), zone: chosen })
  }
  useCommand(commands, 'zone', () => {
    choose(zone === 'utc' ? 'local' : 'utc')
  })
  return (
    <SegmentedChoice
      label="Time zone"
      value={zone}
      options={[
        { value: 'utc', label: 'UTC' },
        { value: 'local', label: 'Local' },
      ]}
      onChange={(value) => {
        choose(value === 'local' ? 'local' : 'utc')
      }}
    />
  )
}

const THEMES: readonly {
  readonly theme: Theme
  readonly label: string
  readonly icon: 'screen' | 'sun' | 'moon'
}[] = [
  { theme: 'system', label: 'As the system', icon: 'screen' },
  { theme: 'light', label: 'Light', icon: 'sun' },
  { theme: 'dark', label: 'Dark', icon: 'moon' },
]

function ThemeMenu() {
  const { preferences } = useViewer()
  const chosen = useStore(preferences, ({ theme }) => theme)
  const icon = THEMES.find(({ theme }) => theme === chosen)?.icon ?? 'screen'
  return (
    <Menu
      title="Theme"
      trigger={{ variant: 'quiet', icon, label: 'Theme' }}
      items={THEMES.map(({ theme, ...item }) => ({
        ...item,
        checked: theme === chosen,
        onChoose: () => {
          preferences.update((old) => ({ ...old, theme }))
        },
      }))}
    />
  )
}

function Help() {
  const { commands } = useViewer()
  const [open, setOpen] = useState(false)
  const show = () => {
    setOpen(true)
  }
  useCommand(commands, 'help', show)
  return (
    <>
      <Button variant="quiet" icon="help" label="Help" aria-haspopup="dialog" onClick={show} />
      {open && (
        <HelpDialog
          onClose={() => {
            setOpen(false)
          }}
        />
      )}
    </>
  )
}
