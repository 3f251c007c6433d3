/** Draws results as an SVG: a bar for each variant, with the spread of its runs; those that are compared with each other to one scale. */
import type { Figure } from './figure.ts'
import { machineLine } from './report.ts'
import type { FigureResult, VariantResult } from './run.ts'
import type { SavedResult } from './saved.ts'

const WIDTH = 800
const NAMES = 290
const VALUES = 70
const ROW = 22
const HEAD = 44
/** between variants that are not compared with each other */
const GAP = 10

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const bar = ({ name, spreads }: VariantResult, metric: { readonly name: string; readonly digits: number }, y: number, scale: number): string => {
  const { median, min, max } = spreads[metric.name]!
  const x = (value: number) => (NAMES + value * scale).toFixed(1)
  return [
    `<text x="${NAMES - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
    `<rect x="${NAMES}" y="${y + 2}" width="${(median * scale).toFixed(1)}" height="${ROW - 8}" fill="${/rowhook|lane|waiting|woken|subscribed|hangs|backlog/.test(name) ? '#3b6ea5' : '#a9b4c0'}"/>`,
    `<path d="M${x(min)} ${y + 9}H${x(max)}M${x(min)} ${y + 5}v8M${x(max)} ${y + 5}v8" stroke="#333" fill="none"/>`,
    `<text x="${WIDTH - 4}" y="${y + 13}" text-anchor="end">${median.toFixed(metric.digits)}</text>`,
  ].join('\n')
}

/** One figure's main metric; its height is given with it. */
const panel = (figure: Figure, { variants }: FigureResult): { readonly svg: string; readonly height: number } => {
  const [metric] = figure.metrics
  const ran = variants.filter(({ spreads }) => spreads[metric!.name] !== undefined)
  const groups = Map.groupBy(ran, ({ name }) => Object.values(figure.ratios?.(name) ?? {})[0])
  let height = HEAD
  const bars = [...groups.values()].flatMap((group, i) => {
    const scale = (WIDTH - NAMES - VALUES) / Math.max(...group.map(({ spreads }) => spreads[metric!.name]!.max))
    if (i > 0) height += GAP
    return group.map((variant) => {
      height += ROW
      return bar(variant, metric!, height - HEAD - ROW, scale)
    })
  })
  const title = `${figure.name}: ${metric!.unit}${groups.size > 1 ? ' (each group to a scale of its own)' : ''}`
  return { svg: [`<text x="0" y="14" font-weight="bold">${escaped(title)}</text>`, `<g transform="translate(0 24)">`, ...bars, '</g>'].join('\n'), height }
}

/** An image of all the figures of a run, one below the other. */
export const plot = (results: readonly (readonly [Figure, SavedResult])[]): string => {
  let height = 0
  const panels = results.map(([figure, result]) => {
    const { svg, height: own } = panel(figure, result)
    const placed = `<g transform="translate(8 ${height + 8})">\n${svg}\n</g>`
    height += own
    return placed
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + 16}" height="${height + 32}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="white"/>
${panels.join('\n')}
<text x="8" y="${height + 22}" font-size="10" fill="#555">${escaped(machineLine(results[0]![1].machine))}</text>
</svg>
`
}
