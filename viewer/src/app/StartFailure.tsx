import { ApiFailure } from '../api/failure'
import { FailureView } from '../states/RunNotice'

/** The page could not start: say why, and let one try again. */
export function StartFailure({ error }: { readonly error: unknown }) {
  return (
    <div class="app">
      <header class="app-header">
        <h1 class="app-title">Historical events</h1>
      </header>
      <main>
        {error instanceof ApiFailure ? (
          <FailureView
            failure={error.failure}
            onAgain={() => {
              window.location.reload()
            }}
          />
        ) : (
          <p class="notice danger" role="alert">
            The page could not start: {String(error)}
          </p>
        )}
      </main>
    </div>
  )
}
