import { changeQuestion } from '../app/actions'
import { useTheme } from '../app/theme'
import { useViewer } from '../app/viewer'
import type { FineHistogram } from '../time/bins'
import { drawnHistogram } from '../time/drawnBins'
import { absoluteRange } from '../time/ranges'
import type { Zone } from '../time/zones'
import type { ChartContent } from './barChart'
import { HistogramChart } from './HistogramChart'
import { HistogramTable } from './HistogramTable'
import { Legend } from './Legend'
import { seriesOf } from './series'

export { StackMenu } from './StackMenu'

interface CountsProps {
  readonly fine: FineHistogram
  readonly zone: Zone
}

interface BarsProps extends CountsProps {
  readonly asTable: boolean
}

/** The counts as bars, or as a table. */
export function Bars({ fine, zone, asTable }: BarsProps) {
  const viewer = useViewer()
  const theme = useTheme()
  const content = contentOf(fine, zone)
  if (asTable) return <HistogramTable {...content} />
  return (
    <HistogramChart
      {...content}
      theme={theme}
      onZoom={(from, to) => {
        const range = absoluteRange({ from, to }, content)
        changeQuestion(viewer, (question) => ({ ...question, ...range }), 'push')
      }}
    />
  )
}

export function BarsLegend({ fine, zone }: CountsProps) {
  return <Legend series={contentOf(fine, zone).series} />
}

const contents = new WeakMap<FineHistogram, ChartContent>()

/** The same object for the same counts, as the chart is made anew for other content. */
function contentOf(fine: FineHistogram, zone: Zone): ChartContent {
  const known = contents.get(fine)
  if (known?.zone === zone) return known
  const drawn = drawnHistogram(fine, zone)
  const content = { drawn, series: seriesOf(drawn), zone }
  contents.set(fine, content)
  return content
}
