import type { Viewer } from '../app/viewer'
import { renderFragment, type ViewLocation } from '../question/fragment'
import type { Asked } from '../search/search'
import { isoText } from '../time/momentText'

/** A link to what is shown, also tomorrow: the times of the last run take the place of `now`. */
export async function absoluteLink({ location, search }: Viewer): Promise<string> {
  const place = location.get()
  const { asked } = search.state.get()
  const shown =
    place.view === 'builder' && place.question && asked
      ? { ...place, question: { ...place.question, ...absoluteTimes(asked) } }
      : place
  return linkTo(shown)
}

export async function linkTo(place: ViewLocation): Promise<string> {
  const link = new URL(document.location.href)
  link.hash = await renderFragment(place)
  return link.href
}

function absoluteTimes({ from, to }: Asked): { from: string; to: string } {
  return { from: isoText(from, 'utc'), to: isoText(to, 'utc') }
}
