import { ApiFailure } from '../api/failure'
import { Button } from '../controls/Button'
import { failureText } from '../states/failureText'
import { FailureView } from '../states/FailureView'

function reload(): void {
  window.location.reload()
}

/** The page could not start: say why, and let one try again. */
export function StartFailure({ error }: { readonly error: unknown }) {
  const failure = error instanceof ApiFailure ? error.failure : null
  return (
    <div class="app">
      <header class="app-header">
        <h1 class="app-title">Historical events</h1>
      </header>
      <main>
        {failure ? (
          <FailureView failure={failure} onAgain={reload} />
        ) : (
          <p class="notice danger" role="alert">
            The page could not start: {String(error)}
          </p>
        )}
        {(!failure || failureText(failure).remedy === null) && (
          <div class="toolbar">
            <Button onClick={reload}>Load the page again</Button>
          </div>
        )}
      </main>
    </div>
  )
}
