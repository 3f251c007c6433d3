/** Prints results: a table for people, or one JSON object a line for programs. */
import type { Figure } from './figure.ts'
import type { Machine } from './machine.ts'
import type { FigureResult } from './run.ts'
import type { SavedResult } from './saved.ts'
import type { Spread } from './statistics.ts'

export const machineLine = ({ processor, cores, memoryGiB, system, node, postgres, load, date }: Machine): string =>
  `${date}, ${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, PostgreSQL ${postgres}, load ${load} at the start`

const cell = ({ median, min, max }: Spread, digits: number): string => `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`

/** Columns as wide as their widest cell. */
const aligned = (rows: readonly (readonly string[])[]): string[] => {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((text, column) => (column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!))).join('   '))
}

export const table = (figure: Figure, { variants, bars, runs, size }: FigureResult): string => {
  const ran = variants.filter(({ samples }) => samples.length > 0)
  const labels = [...new Set(ran.flatMap(({ ratios }) => Object.keys(ratios)))]
  const rows = ran.map(({ name, spreads, ratios }) => [
    name,
    ...labels.map((label) => (ratios[label] === undefined ? '' : ratios[label].toFixed(2))),
    ...figure.metrics.map((metric) => (spreads[metric.name] === undefined ? '' : cell(spreads[metric.name]!, metric.digits))),
  ])
  return [
    `\n${figure.name}: ${figure.what}`,
    `  ${runs} runs, ${size} ${figure.sizeOf}; median (least–greatest)`,
    ...aligned([['', ...labels.map((label) => `of ${label}`), ...figure.metrics.map(({ unit }) => unit)], ...rows]).map((line) => `  ${line}`),
    ...variants.flatMap(({ name, missing }) => (missing === undefined ? [] : [`  ${name}: left out, ${missing}`])),
    ...bars.map(({ says, reached, holds, unit }) => `  ${holds === undefined ? '?' : holds ? 'met   ' : 'missed'} ${says}: ${reached === undefined ? 'not measured' : `${reached.toFixed(2)} ${unit}`.trim()}`),
  ].join('\n')
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

/** What docs/performance.md shows of a figure: what it ran on, its values, and its bars. */
export const markdown = (figure: Figure, result: SavedResult): string => {
  const { variants, bars, runs, size, machine } = result
  const ran = variants.filter(({ samples }) => samples.length > 0)
  const labels = [...new Set(ran.flatMap(({ ratios }) => Object.keys(ratios)))]
  const metrics = figure.metrics.filter(({ name }) => ran.some(({ spreads }) => spreads[name] !== undefined))
  return [
    `${machineLine(machine)}. ${runs} run${runs === 1 ? '' : 's'}, ${size.toLocaleString('en')} ${figure.sizeOf}; median (least–greatest).`,
    '',
    row([figure.name, ...labels.map((label) => `of ${label}`), ...metrics.map(({ unit }) => unit)]),
    row(['---', ...labels.map(() => '---:'), ...metrics.map(() => '---:')]),
    ...ran.map(({ name, spreads, ratios }) =>
      row([name, ...labels.map((label) => ratios[label]?.toFixed(2) ?? ''), ...metrics.map((metric) => (spreads[metric.name] === undefined ? '' : cell(spreads[metric.name]!, metric.digits)))]),
    ),
    ...(bars.length === 0 ? [] : ['', row([`bar of ${figure.name}`, 'reached', '']), row(['---', '---:', '---'])]),
    ...bars.map(({ says, reached, holds, unit }) => row([says, reached === undefined ? '–' : `${reached.toFixed(2)} ${unit}`.trim(), holds === undefined ? 'not measured' : holds ? 'met' : '**missed**'])),
  ].join('\n')
}

/** One line for each variant; further metrics under `more`. */
export const jsonLines = (figure: Figure, { variants }: FigureResult): string[] =>
  variants.map(({ name, missing, spreads, ratios }) => {
    const [main, ...rest] = figure.metrics
    if (missing !== undefined) return JSON.stringify({ figure: figure.name, variant: name, missing })
    const more = Object.fromEntries(rest.flatMap(({ name: metric, unit }) => (spreads[metric] === undefined ? [] : [[metric, { ...spreads[metric], unit }]])))
    return JSON.stringify({ figure: figure.name, variant: name, ...spreads[main!.name], unit: main!.unit, ratios, more })
  })
