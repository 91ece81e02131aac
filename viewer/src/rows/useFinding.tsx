import type { ComponentChild } from 'preact'
import { useState } from 'preact/hooks'

import { useCommand } from '../app/commands'
import { lazy } from '../app/lazy'
import { useViewer } from '../app/viewer'
import type { ShownRows } from '../find/recordText'
import type { GridCursor } from './gridCursor'

const FindBar = lazy(() => import('../find/FindBar').then((module) => module.FindBar))

/** The bar that finds text in the rows of a grid, once a person asks for it, and the cell that it is at. */
export function useFinding(shown: ShownRows): { bar: ComponentChild; found: GridCursor | null } {
  const { commands } = useViewer()
  const [open, setOpen] = useState(false)
  const [found, setFound] = useState<GridCursor | null>(null)
  useCommand(commands, 'find', () => {
    setOpen(true)
  })
  const close = () => {
    setOpen(false)
    setFound(null)
  }
  return { bar: open && <FindBar shown={shown} onFound={setFound} onClose={close} />, found }
}
