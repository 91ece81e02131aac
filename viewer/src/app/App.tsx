export function App() {
  return (
    <header>
      <h1>Historical events</h1>
    </header>
  )
}
