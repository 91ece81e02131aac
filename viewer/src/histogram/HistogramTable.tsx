import { countText } from '../results/quantities'
import type { ChartContent } from './barChart'
import { rangeText } from './texts'

/** The histogram's numbers, for those who would rather read them. */
export function HistogramTable({ drawn, series, zone }: ChartContent) {
  const layers = series.filter(({ key }) => key !== '')
  return (
    // It scrolls, so the keyboard has to reach it.
    // eslint-disable-next-line jsx-a11y-x/no-noninteractive-tabindex
    <div class="histogram-table" role="region" aria-label="Table of the histogram" tabIndex={0}>
      <table class="numeric">
        <caption class="visually-hidden">Records over time</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Records</th>
            {layers.map(({ key, label }) => (
              <th key={key} scope="col">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {drawn.bins.map((bin) => (
            <tr key={bin.start}>
              <th scope="row">{rangeText({ from: bin.start, to: bin.end }, zone)}</th>
              <td>{countText(bin.total)}</td>
              {layers.map(({ key }) => (
                <td key={key}>{countText(bin.counts.get(key) ?? 0)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
