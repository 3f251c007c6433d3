/** Rows as a table for a terminal, the way psql prints them. */
import { legible } from './show-arrival.ts'

/** A cell's text on one line. */
const cell = (value: string | null): string => legible((value ?? '').replaceAll('\n', String.raw`\n`))

/** Lines up the columns; null is empty. */
export const formatTable = (columns: readonly string[], rows: readonly (readonly (string | null)[])[]): string => {
  const lines = [columns, ...rows].map((row) => row.map(cell))
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)))
  const format = (line: readonly string[], fill = ' ') => line.map((text, at) => text.padEnd(widths[at]!, fill)).join(fill === ' ' ? ' | ' : '-+-').trimEnd()
  const [head, ...body] = lines
  const rule = format(columns.map(() => ''), '-')
  return [format(head!), rule, ...body.map((line) => format(line)), `(${rows.length} ${rows.length === 1 ? 'row' : 'rows'})`, ''].join('\n')
}
