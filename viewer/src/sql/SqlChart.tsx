import 'uplot/dist/uPlot.min.css'

import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'

import { useTheme } from '../app/theme'
import { countText } from '../results/quantities'
import { momentText } from '../time/momentText'
import type { Zone } from '../time/zones'
import type { ChartData } from './chart'

interface SqlChartProps {
  readonly data: ChartData
  readonly zone: Zone
}

const COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4', '--series-5']
/** Told apart by more than their colour. */
const DASHES = [[], [8, 4], [2, 3]]

/** Lines over time. The values are in the rows, which screen readers and keys reach. */
export function SqlChart({ data, zone }: SqlChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const theme = useTheme()
  useEffect(
    () => (box.current ? drawChart(box.current, data, zone) : undefined),
    [data, zone, theme],
  )
  return <div ref={box} class="sql-chart" role="img" aria-label={chartLabel(data, zone)} />
}

function chartLabel({ times, series }: ChartData, zone: Zone): string {
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const labels = series.map(({ label }) => label).join(', ')
  const range = [first, last].map((time) => momentText(time * 1000, zone)).join(' to ')
  return `Lines over time: ${labels}. ${range}.`
}

function drawChart(box: HTMLElement, data: ChartData, zone: Zone): () => void {
  const chart = new uPlot(
    optionsFor(box, data, zone),
    [[...data.times], ...data.series.map(({ values }) => [...values])],
    box,
  )
  const fit = () => {
    chart.setSize(sizeOf(box))
  }
  const observer = new ResizeObserver(fit)
  observer.observe(box)
  // As high as its lines are, which it has more of in a narrow box.
  const legend = box.querySelector('.u-legend')
  if (legend) observer.observe(legend)
  return () => {
    observer.disconnect()
    chart.destroy()
  }
}

function optionsFor(box: HTMLElement, { series }: ChartData, zone: Zone): uPlot.Options {
  const styles = getComputedStyle(box)
  const colour = (name: string) => styles.getPropertyValue(name)
  const axis = {
    stroke: styles.color,
    font: `12px ${styles.fontFamily}`,
    grid: { stroke: colour('--rule'), width: 1 },
    ticks: { stroke: colour('--rule'), width: 1 },
  }
  return {
    ...sizeOf(box),
    tzDate: (seconds) =>
      zone === 'utc' ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000),
    axes: [
      { ...axis, values: TIME_FORMATS },
      { ...axis, size: 72, values: (_, ticks) => ticks.map((tick) => countText(tick)) },
    ],
    series: [
      {
        value: (_: uPlot, time: number | null) =>
          time === null ? '—' : momentText(time * 1000, zone),
      },
      ...series.map(({ label }, index) => ({
        label,
        stroke: colour(COLOURS[index % COLOURS.length] ?? ''),
        dash: DASHES[Math.floor(index / COLOURS.length)] ?? [],
        width: 1.5,
        value: (_: uPlot, value: number | null) => (value === null ? '—' : countText(value)),
      })),
    ],
  }
}

/** From each step on: the text of a tick, and what stands below it where the day or year changes. */
const TIME_FORMATS: uPlot.Axis.Values = [
  [86_400 * 28, '{YYYY}-{MM}', null, null, null, null, null, null, 1],
  [86_400, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', '\n{YYYY}-{MM}-{DD}', null, '\n{MM}-{DD}', null, null, null, 1],
  [
    0.001,
    '{ss}.{fff}',
    '\n{YYYY}-{MM}-{DD} {HH}:{mm}',
    null,
    '\n{MM}-{DD} {HH}:{mm}',
    null,
    '\n{HH}:{mm}',
    null,
    1,
  ],
]

const MARGIN = 16

function sizeOf(box: HTMLElement): { width: number; height: number } {
  const legend = box.querySelector('.u-legend')?.clientHeight ?? 0
  return {
    width: Math.max(box.clientWidth - MARGIN, 200),
    height: Math.max(box.clientHeight - legend - MARGIN, 120),
  }
}
