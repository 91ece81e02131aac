import 'uplot/dist/uPlot.min.css'

import uPlot from 'uplot'

import { countText } from '../results/quantities'
import type { Histogram } from '../time/drawnBins'
import type { Range } from '../time/ranges'
import type { Zone } from '../time/zones'
import { barsWithin, layerHeights, niceMaximum } from './geometry'
import type { Series } from './series'
import { tickTexts } from './texts'

export interface ChartContent {
  readonly drawn: Histogram
  readonly series: readonly Series[]
  readonly zone: Zone
}

export interface ChartEvents {
  /** The bar below the pointer, and where its middle is; null when it leaves. */
  readonly onHover: (bar: number | null) => void
  readonly onSelect: (bars: readonly [number, number]) => void
}

const AXIS_FONT = '11px system-ui, sans-serif'
const LEAST_DRAG = 4
const LEAST_LAYER = 2

/** Draws bars of one histogram on a canvas. Made anew for new content, a new theme or size. */
export class BarChart {
  readonly #plot: uPlot
  readonly #content: ChartContent

  constructor(host: HTMLElement, content: ChartContent, events: ChartEvents) {
    this.#content = content
    const { bins } = content.drawn
    const data: uPlot.AlignedData = [
      bins.map(({ start, end }) => (start + end) / 2),
      bins.map(({ total }) => total),
    ]
    this.#plot = new uPlot(this.#options(host, events), data, host)
  }

  /** The middle of a bar, in pixels from the left of the chart. */
  middleOf(bar: number): number {
    const bin = this.#content.drawn.bins[bar]
    const { over } = this.#plot
    return bin ? over.offsetLeft + this.#plot.valToPos((bin.start + bin.end) / 2, 'x') : 0
  }

  select(range: Range | null): void {
    const left = range ? this.#plot.valToPos(range.from, 'x') : 0
    const width = range ? this.#plot.valToPos(range.to, 'x') - left : 0
    this.#plot.setSelect({ left, width, top: 0, height: this.#plot.over.clientHeight }, false)
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #options(host: HTMLElement, events: ChartEvents): uPlot.Options {
    const { drawn, zone } = this.#content
    const largest = drawn.bins.reduce((most, { total }) => Math.max(most, total), 0)
    return {
      width: host.clientWidth,
      height: host.clientHeight,
      ms: 1,
      tzDate: (instant) =>
        zone === 'utc' ? uPlot.tzDate(new Date(instant), 'Etc/UTC') : new Date(instant),
      padding: [6, 22, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
      },
      scales: {
        x: { time: true, range: [drawn.from, drawn.to] },
        y: { range: [0, niceMaximum(largest)] },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: this.#axes(host),
      hooks: this.#hooks(host, events),
    }
  }

  #axes(host: HTMLElement): uPlot.Axis[] {
    const { zone } = this.#content
    const stroke = colour(host, '--muted')
    const rule = { stroke: colour(host, '--rule'), width: 1 }
    const axis = { stroke, font: AXIS_FONT, ticks: { ...rule, size: 4 } }
    return [
      {
        ...axis,
        size: 36,
        space: 90,
        gap: 3,
        grid: { show: false },
        values: (_plot, ticks) => tickTexts(ticks, zone),
      },
      {
        ...axis,
        size: 52,
        space: 26,
        grid: rule,
        incrs: [
          1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1e3, 2e3, 2.5e3, 5e3, 1e4, 2e4, 5e4, 1e5,
          2e5, 5e5, 1e6, 1e7, 1e8, 1e9,
        ],
        values: (_plot, ticks) => ticks.map(countText),
      },
    ]
  }

  #hooks(host: HTMLElement, { onHover, onSelect }: ChartEvents): uPlot.Hooks.Arrays {
    const { bins } = this.#content.drawn
    const colours = this.#content.series.map((series) => colour(host, series.colour))
    return {
      draw: [
        (plot) => {
          this.#drawBars(plot, colours)
        },
      ],
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor
          const instant = plot.posToVal(left, 'x')
          const bars = left < 0 ? null : barsWithin(bins, { from: instant, to: instant + 1 })
          onHover(bars ? bars[0] : null)
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < LEAST_DRAG) return
          const [from, to] = [plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')]
          const bars = barsWithin(bins, { from, to })
          if (bars) onSelect(bars)
        },
      ],
    }
  }

  #drawBars(plot: uPlot, colours: readonly string[]): void {
    const { ctx, bbox } = plot
    const { drawn, series } = this.#content
    const ratio = uPlot.pxRatio
    const bottom = bbox.top + bbox.height
    const perRecord = bbox.height / (plot.scales.y?.max ?? 1)
    for (const { start, end, counts } of drawn.bins) {
      const left = plot.valToPos(start, 'x', true)
      const width = plot.valToPos(end, 'x', true) - left
      const gap = width > 4 * ratio ? ratio : 0
      const heights = layerHeights(
        series.map(({ key }) => counts.get(key) ?? 0),
        perRecord,
        LEAST_LAYER * ratio,
      )
      let top = bottom
      heights.forEach((height, layer) => {
        top -= height
        ctx.fillStyle = colours[layer] ?? ''
        ctx.fillRect(left, Math.max(top, bbox.top), Math.max(width - gap, ratio), height)
      })
    }
  }
}

/** Resolve a custom property to a colour that a canvas can use, in the theme of the page. */
function colour(host: HTMLElement, property: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  host.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
