/** docs/performance.md: what it claims of bars follows from the numbers beside them, and what it names is there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { figures } from '../../bench/figures.ts'
import { packageRoot } from '../../src/config/package.ts'

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8')
const text = read('docs/performance.md')
/** Rows of all tables, cell by cell, with the name of the table: the first cell of its head. */
const rows = text.split('\n').reduce<{ table: string; rows: { table: string; cells: string[] }[] }>(
  (seen, line, i, lines) => {
    if (!line.startsWith('|')) return seen
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim())
    if (lines[i + 1]?.startsWith('| ---')) return { ...seen, table: cells[0]! }
    return line.startsWith('| ---') ? seen : { ...seen, rows: [...seen.rows, { table: seen.table, cells }] }
  },
  { table: '', rows: [] },
).rows
const shown = figures.filter(({ name }) => rows.some(({ table }) => table === name))

const page = suite('docs/performance.md')

page('shows the figures that somebody chooses by', () => {
  assert.equal(['throughput', 'latency', 'writes', 'backlog', 'log', 'scale', 'memory', 'soak'].filter((name) => !shown.some((figure) => figure.name === name)), [])
})

page('gives each value as a median between the least and the greatest', () => {
  const values = rows.filter(({ table }) => shown.some(({ name }) => name === table)).flatMap(({ cells }) => cells.slice(1).filter((cell) => cell.includes('(')))
  assert.ok(values.length > 100)
  const odd = values.filter((cell) => {
    const [, median, least, greatest] = /^(-?\d+(?:\.\d+)?) \((-?\d+(?:\.\d+)?)–(-?\d+(?:\.\d+)?)\)$/.exec(cell)?.map(Number) ?? []
    return median === undefined || least! > median || median > greatest!
  })
  assert.equal(odd, [])
})

page('has every bar of these figures, and says met or missed as its number has it', () => {
  for (const { name, bars = [] } of shown) {
    const told = rows.filter(({ table }) => table === `bar of ${name}`).map(({ cells: [says, reached, verdict] }) => ({ says, reached: Number.parseFloat(reached!), verdict: verdict!.replaceAll('*', '') }))
    assert.equal(told.map(({ says }) => says), bars.map(({ says }) => says), name)
    bars.forEach(({ says, holds }, i) => {
      const { reached, verdict } = told[i]!
      // What is printed is rounded, so a number right at the bar may be either.
      const verdicts = new Set([reached - 0.005, reached, reached + 0.005].map((value) => (holds(value) ? 'met' : 'missed')))
      assert.ok(verdicts.has(verdict as 'met'), `${says}: ${reached} is not ${verdict}`)
    })
  }
})

page('says on what and when each figure was measured', () => {
  assert.is([...text.matchAll(/^\d{4}-\d\d-\d\d, .+ cores, .+ PostgreSQL \d+.+load/gm)].length, shown.length)
})

page('names figures and options that there are', () => {
  const options = new Set([...read('bench/main.ts').matchAll(/^ {2}(--\w+)/gm)].map(([, option]) => option!))
  const commands = [...text.matchAll(/`npm run bench(?: -- ([^`]+))?`/g)].map(([, line = '']) => line.split(' '))
  assert.ok(commands.length >= 3)
  const words = commands.flatMap((line) => line.filter((word) => word !== '' && !/^(\d+|[\w/]+\.svg)$/.test(word)))
  assert.equal(words.filter((word) => (word.startsWith('--') ? !options.has(word) : !figures.some(({ name }) => name === word))), [])
})

page('shows the plot that the harness made', () => {
  const [, path] = /!\[[^\]]+\]\(([\w.]+\.svg)\)/.exec(text)!
  const svg = read(`docs/${path}`)
  for (const name of ['throughput', 'latency', 'writes']) assert.match(svg, `${name}: `)
})

page.run()
