import { useEffect, useId, useRef, useState } from 'preact/hooks'

import type { Bin } from '../time/drawnBins'
import { BarChart, type ChartContent } from './barChart'
import { rangeOf } from './geometry'
import { moveSelection, selectedBars, type Selection } from './selection'
import { binsText } from './texts'

interface HistogramChartProps extends ChartContent {
  /** Changes with the theme: the canvas has to be drawn again. */
  readonly theme: string
  readonly onZoom: (from: number, to: number) => void
}

/** The bars: drag, or Shift and arrows, to zoom; arrows read bar by bar. */
export function HistogramChart(props: HistogramChartProps) {
  const { drawn, series, zone } = props
  const { bins } = drawn
  const { host, chart, hovered } = useBarChart(props)
  const [selection, setSelection] = useState<Selection | null>(null)
  const help = useId()
  const bars = selection && selectedBars(selection)
  const read = hovered ?? selection?.cursor ?? null
  const text = bars ? binsText(bins.slice(bars[0], bars[1] + 1), series, zone) : ''
  const hoveredText =
    hovered === null ? text : binsText(bins.slice(hovered, hovered + 1), series, zone)

  useEffect(() => {
    chart?.select(selection?.anchor == null ? null : rangeOf(bins, selectedBars(selection)))
  }, [chart, bins, selection])

  return (
    // A picture that the keyboard reads and selects in has no role of its own among widgets.
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-element-interactions
    <div
      class="histogram-chart"
      role="group"
      aria-roledescription="histogram"
      aria-label="Records over time"
      aria-describedby={help}
      // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
      tabIndex={0}
      onKeyDown={(event) => {
        handleKey(event, selection, bins, { select: setSelection, zoom: props.onZoom })
      }}
      onBlur={() => {
        setSelection(null)
      }}
    >
      <p id={help} hidden>
        Arrows read the bars, Shift and arrows select, Enter zooms.
      </p>
      <div class="histogram-canvas" ref={host} />
      {read !== null && chart && (
        <Readout
          x={chart.middleOf(read)}
          width={host.current?.clientWidth ?? 0}
          text={hoveredText}
        />
      )}
      <p class="visually-hidden" aria-live="polite">
        {text}
      </p>
    </div>
  )
}

interface KeyActions {
  readonly select: (selection: Selection | null) => void
  readonly zoom: (from: number, to: number) => void
}

function handleKey(
  event: KeyboardEvent,
  selection: Selection | null,
  bins: readonly Bin[],
  { select, zoom }: KeyActions,
): void {
  const range = selection && rangeOf(bins, selectedBars(selection))
  const moved = moveSelection(selection, event, bins.length)
  if (moved) select(moved)
  else if (event.key === 'Enter' && !event.ctrlKey && range) zoom(range.from, range.to)
  else if (event.key === 'Escape' && selection) select(null)
  else return
  event.preventDefault()
  event.stopPropagation()
}

function useBarChart(props: HistogramChartProps) {
  const { drawn, series, zone, theme } = props
  const host = useRef<HTMLDivElement>(null)
  const [chart, setChart] = useState<BarChart | null>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const zoom = useRef(props.onZoom)
  zoom.current = props.onZoom

  useEffect(() => {
    const element = host.current
    if (!element) return
    let drawnChart: BarChart | null = null
    const draw = () => {
      drawnChart?.destroy()
      drawnChart = new BarChart(
        element,
        { drawn, series, zone },
        {
          onHover: setHovered,
          onSelect: (bars) => {
            const range = rangeOf(drawn.bins, bars)
            if (range) zoom.current(range.from, range.to)
          },
        },
      )
      setChart(drawnChart)
    }
    draw()
    let { clientWidth } = element
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === clientWidth) return
      clientWidth = element.clientWidth
      draw()
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      drawnChart?.destroy()
      setHovered(null)
    }
  }, [drawn, series, zone, theme])

  return { host, chart, hovered }
}

interface ReadoutProps {
  readonly x: number
  readonly width: number
  readonly text: string
}

/** What the live region says, for those who see: beside the bar, one line for each layer. */
function Readout({ x, width, text }: ReadoutProps) {
  const side = x > width / 2 ? { right: `${width - x + 8}px` } : { left: `${x + 8}px` }
  const [head = '', ...rest] = text.split(', ')
  return (
    <div class="histogram-readout numeric" style={side} aria-hidden="true">
      <strong>{head}</strong>
      {rest.map((line) => (
        <span key={line}>{line}</span>
      ))}
    </div>
  )
}
