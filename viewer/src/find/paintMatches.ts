import { spansOf } from './textPattern'

const NAME = 'found'
const CELLS = '.grid-body [role="gridcell"]:not(.no-value)'

/**
 * Highlight the pattern in the cells of the grids inside of `pane`, also in those that come into view. Changes no
 * element. Returns what ends it.
 */
export function paintMatches(pane: Element, pattern: RegExp): () => void {
  // Firefox has them since version 140; without them, the bar still steps from record to record.
  if (!('highlights' in CSS)) return () => undefined
  const paint = () => {
    const ranges = Array.from(pane.querySelectorAll(CELLS), (cell) => rangesIn(cell, pattern))
    CSS.highlights.set(NAME, new Highlight(...ranges.flat()))
  }
  const observer = new MutationObserver(paint)
  observer.observe(pane, { subtree: true, childList: true, characterData: true })
  paint()
  return () => {
    observer.disconnect()
    CSS.highlights.delete(NAME)
  }
}

function rangesIn(cell: Element, pattern: RegExp): StaticRange[] {
  const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
  const ranges: StaticRange[] = []
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    for (const { start, end } of spansOf(node.nodeValue ?? '', pattern)) {
      ranges.push(
        new StaticRange({
          ...{ startContainer: node, startOffset: start },
          ...{ endContainer: node, endOffset: end },
        }),
      )
    }
  }
  return ranges
}
