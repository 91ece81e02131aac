import { countText } from '../results/quantities'
import type { Series } from './series'

/** Name the layers with their colours and numbers. */
export function Legend({ series }: { readonly series: readonly Series[] }) {
  return (
    <ul class="legend" aria-label="Layers">
      {series.map(({ key, label, colour, total }) => (
        <li key={key}>
          <span class="swatch" style={{ background: `var(${colour})` }} />
          {label} <span class="muted numeric">{countText(total)}</span>
        </li>
      ))}
    </ul>
  )
}
