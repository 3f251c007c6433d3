/** `npm run bench -- [figure] [--json | --markdown] [--runs n] [--size n] [--only variants] [--svg file] [--last] [--statements]` */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { figures } from './figures.ts'
import { startBench } from './harness/bench.ts'
import type { Figure } from './harness/figure.ts'
import { describeMachine } from './harness/machine.ts'
import { plot } from './harness/plot.ts'
import { jsonLines, machineLine, markdown, table } from './harness/report.ts'
import { runFigure } from './harness/run.ts'
import { lastResult, save, type SavedResult } from './harness/saved.ts'

const usage = `npm run bench -- [figure] [--json | --markdown] [--runs n] [--size n] [--only pattern] [--svg file] [--last] [--statements]

${figures.map(({ name, what, runs, size, sizeOf, onDemand }) => `  ${name.padEnd(12)} ${what} (${runs} runs, ${size} ${sizeOf}${onDemand ? '; only by name' : ''})`).join('\n')}

  --json        one line a variant: {"figure","variant","median","min","max","unit","ratios":{…}}
  --runs n      rounds; in each round every variant runs once
  --size n      size of the figure
  --minutes n   the same, for soak
  --only x      variants whose names match this regular expression
  --svg file    draws the results
  --markdown    tables for docs/performance.md
  --last        shows the last results again, and runs nothing
  --statements  what each statement cost Postgres, after each run of Rowhook (slower)

Raw data goes to .rowhook/bench/results. BENCH_PROFILE=rowhook writes a CPU profile of each worker to .rowhook/bench/profiles.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, runs: { type: 'string' }, size: { type: 'string' }, only: { type: 'string' }, minutes: { type: 'string' }, markdown: { type: 'boolean' }, last: { type: 'boolean' }, statements: { type: 'boolean' }, svg: { type: 'string' }, help: { type: 'boolean' } },
})
const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name))
if (values.help === true || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no figure ${unknown.join(', ')}.\n\n${usage}` : usage)
  process.exit(unknown.length > 0 ? 1 : 0)
}

const chosen = figures.filter(({ name, onDemand }) => (positionals.length === 0 ? onDemand !== true : positionals.includes(name)))
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))
const say = (line: string) => void process.stderr.write(`${line}\n`)

const results: [Figure, SavedResult][] = []
const show = (figure: Figure, result: SavedResult): void => {
  results.push([figure, result])
  console.log(values.json === true ? jsonLines(figure, result).join('\n') : values.markdown === true ? markdown(figure, result) : table(figure, result))
}

if (values.last === true) {
  for (const figure of chosen) {
    const result = lastResult(figure)
    if (result !== undefined) show(figure, result)
  }
} else {
  const bench = await startBench({ statements: values.statements === true })
  const machine = describeMachine(bench.server.version)
  if (values.json !== true && values.markdown !== true) console.log(machineLine(machine))
  try {
    for (const figure of chosen) {
      const only = values.only === undefined ? undefined : new RegExp(values.only)
      const result = { machine, ...(await runFigure(bench, figure, { runs: number(values.runs), size: number(values.size ?? values.minutes), only, say })) }
      save(result)
      show(figure, result)
    }
  } finally {
    await bench.stop()
  }
}
if (values.svg !== undefined && results.length > 0) writeFileSync(values.svg, plot(results))
// Only a figure that guards says so by its exit code: on a busy machine a bar may be missed for no fault of the code.
if (results.some(([{ name }, { bars }]) => name === 'guard' && bars.some(({ holds }) => holds === false))) process.exitCode = 1
