import { useEffect, useState } from 'preact/hooks'

const NARROW = '(max-width: 719px)'

/** Whether the page is laid out for a narrow window, as layout.css does below 720 px. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches)
  useEffect(() => {
    const query = matchMedia(NARROW)
    const change = () => {
      setNarrow(query.matches)
    }
    query.addEventListener('change', change)
    return () => {
      query.removeEventListener('change', change)
    }
  }, [])
  return narrow
}
