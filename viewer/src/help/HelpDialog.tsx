import './help.css'

import { KEY_GROUPS, type KeyBinding } from '../app/keys'
import { useStore } from '../app/store'
import { useViewer } from '../app/viewer'
import { Dialog } from '../controls/Dialog'
import { Switch } from '../controls/Switch'

/** The keys, and where to read more. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const { preferences, session } = useViewer()
  const singleKeys = useStore(preferences, (chosen) => chosen.singleKeys)
  return (
    <Dialog title="Keyboard shortcuts and licences" onClose={onClose}>
      <Switch
        label="Keys without Ctrl"
        checked={singleKeys}
        onChange={(checked) => {
          preferences.update((old) => ({ ...old, singleKeys: checked }))
        }}
      />
      <div class="key-groups">
        {KEY_GROUPS.map(({ title, bindings }) => (
          <section key={title}>
            <h3>{title}</h3>
            <Keys bindings={bindings.filter(({ single }) => singleKeys || !single)} />
          </section>
        ))}
      </div>
      <ul class="help-links">
        <li>
          <a href="../ui/">API in Swagger UI</a>
        </li>
        <li>
          <a href="../openapi.json">OpenAPI document</a>
        </li>
        <li>
          <a href="./licences.txt">Licences</a>
        </li>
        <li class="muted">Version {session.version}</li>
      </ul>
    </Dialog>
  )
}

function Keys({ bindings }: { readonly bindings: readonly KeyBinding[] }) {
  return (
    <dl class="keys">
      {bindings.map(({ keys, title }) => (
        <div key={title}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{title}</dd>
        </div>
      ))}
    </dl>
  )
}
