export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

const MARGIN = 8
const GAP = 4

/** Place a popover below its trigger, or above it where there is more room, inside the window. */
export function placeBeside(
  trigger: Box,
  popover: Size,
  page: Size,
): { left: number; top: number } {
  const below = trigger.top + trigger.height + GAP
  const above = trigger.top - GAP - popover.height
  const fitsBelow = below + popover.height <= page.height - MARGIN
  const top = fitsBelow || above < MARGIN ? below : above
  return {
    left: clamp(trigger.left, page.width - popover.width - MARGIN),
    top: clamp(top, page.height - popover.height - MARGIN),
  }
}

function clamp(value: number, most: number): number {
  return Math.max(MARGIN, Math.min(value, most))
}
