import type { ComponentChild, FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'

import { Button } from '../controls/Button'

type Loaded<P> = { readonly component: FunctionComponent<P> } | 'failed'

/** A component whose code is loaded when it is first shown; until then, the placeholder keeps its place. */
export function lazy<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
  placeholder: ComponentChild = null,
): FunctionComponent<P> {
  let kept: Loaded<P> | null = null
  return function Lazy(props: P) {
    const [loaded, setLoaded] = useState(kept)
    useEffect(() => {
      if (kept) return
      load().then(
        (component) => {
          kept = { component }
          setLoaded(kept)
        },
        () => {
          setLoaded('failed')
        },
      )
    }, [])
    if (loaded === null) return placeholder
    return loaded === 'failed' ? <NotLoaded /> : <loaded.component {...props} />
  }
}

/** Without a network, or with the files of a newer version in place of those that the page knows. */
function NotLoaded() {
  return (
    <p class="notice danger" role="alert">
      This part of the page could not be loaded.
      <Button
        onClick={() => {
          window.location.reload()
        }}
      >
        Load the page again
      </Button>
    </p>
  )
}
