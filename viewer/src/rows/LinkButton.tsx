import { useViewer } from '../app/viewer'
import { CopyButton } from '../controls/CopyButton'
import { absoluteLink } from './absoluteLink'

/** Copies a link that shows the same to someone else, later too. */
export function LinkButton() {
  const viewer = useViewer()
  return (
    <CopyButton
      variant="quiet"
      icon="link"
      name="Copy link"
      shown="Link"
      text={() => absoluteLink(viewer)}
    />
  )
}
