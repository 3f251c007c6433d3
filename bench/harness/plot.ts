/** Draws results as an SVG: a bar for each variant, with the spread of its runs. */
import type { Figure } from './figure.ts'
import { machineLine } from './report.ts'
import type { FigureResult, VariantResult } from './run.ts'
import type { SavedResult } from './saved.ts'

const WIDTH = 760
const NAMES = 250
const VALUES = 70
const ROW = 22
const HEAD = 44

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const bar = ({ name, spreads }: VariantResult, metric: { readonly name: string; readonly digits: number }, row: number, scale: number): string => {
  const { median, min, max } = spreads[metric.name]!
  const y = row * ROW
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
  const greatest = Math.max(...ran.map(({ spreads }) => spreads[metric!.name]!.max))
  const scale = (WIDTH - NAMES - VALUES) / greatest
  return {
    svg: [`<text x="0" y="14" font-weight="bold">${escaped(`${figure.name}: ${metric!.unit}`)}</text>`, `<g transform="translate(0 24)">`, ...ran.map((variant, row) => bar(variant, metric!, row, scale)), '</g>'].join('\n'),
    height: HEAD + ran.length * ROW,
  }
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
