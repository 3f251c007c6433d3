/** `npm run bench -- [figure] [--json] [--runs n] [--size n] [--only variants] [--svg file] [--statements]` */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { api } from './api.ts'
import { backlog } from './backlog.ts'
import { byHand } from './by-hand.ts'
import { fairness } from './fairness.ts'
import { guard } from './guard.ts'
import { startBench } from './harness/bench.ts'
import type { Figure } from './harness/figure.ts'
import { describeMachine } from './harness/machine.ts'
import { benchHome } from './harness/places.ts'
import { plot } from './harness/plot.ts'
import { jsonLines, machineLine, table } from './harness/report.ts'
import { runFigure, type FigureResult } from './harness/run.ts'
import { latency } from './latency.ts'
import { live } from './live.ts'
import { log } from './log.ts'
import { memory } from './memory.ts'
import { rates } from './rates.ts'
import { scale } from './scale.ts'
import { throughput } from './throughput.ts'
import { writes } from './writes.ts'

const figures: readonly Figure[] = [throughput, latency, writes, fairness, backlog, log, scale, memory, rates, byHand, api, live, guard]

const usage = `npm run bench -- [figure] [--json] [--runs n] [--size n] [--only pattern] [--svg file] [--statements]

${figures.map(({ name, what, runs, size, sizeOf, onDemand }) => `  ${name.padEnd(12)} ${what} (${runs} runs, ${size} ${sizeOf}${onDemand ? '; only by name' : ''})`).join('\n')}

  --json        one line a variant: {"figure","variant","median","min","max","unit","ratios":{…}}
  --runs n      rounds; in each round every variant runs once
  --size n      size of the figure
  --only x      variants whose names match this regular expression
  --svg file    draws the results
  --statements  what each statement cost Postgres, after each run of Rowhook (slower)

Raw data goes to .rowhook/bench/results. BENCH_PROFILE=rowhook writes a CPU profile of each worker to .rowhook/bench/profiles.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, runs: { type: 'string' }, size: { type: 'string' }, only: { type: 'string' }, statements: { type: 'boolean' }, svg: { type: 'string' }, help: { type: 'boolean' } },
})
const unknown = positionals.filter((name) => !figures.some((figure) => figure.name === name))
if (values.help === true || unknown.length > 0) {
  console.log(unknown.length > 0 ? `There is no figure ${unknown.join(', ')}.\n\n${usage}` : usage)
  process.exit(unknown.length > 0 ? 1 : 0)
}

const chosen = figures.filter(({ name, onDemand }) => (positionals.length === 0 ? onDemand !== true : positionals.includes(name)))
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text))
const say = (line: string) => void process.stderr.write(`${line}\n`)

const bench = await startBench({ statements: values.statements === true })
const machine = describeMachine(bench.server.version)
if (values.json !== true) console.log(machineLine(machine))

let missed = 0
const results: [Figure, FigureResult][] = []
try {
  for (const figure of chosen) {
    const result = await runFigure(bench, figure, { runs: number(values.runs), size: number(values.size), only: values.only === undefined ? undefined : new RegExp(values.only), say })
    const folder = join(benchHome, 'results')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${figure.name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`), JSON.stringify({ machine, ...result }, null, 2))
    console.log(values.json === true ? jsonLines(figure, result).join('\n') : table(figure, result))
    results.push([figure, result])
    missed += result.bars.filter(({ holds }) => holds === false).length
  }
  if (values.svg !== undefined) writeFileSync(values.svg, plot(machine, results))
} finally {
  await bench.stop()
}
// Only a figure that guards says so by its exit code: on a busy machine a bar may be missed for no fault of the code.
if (missed > 0 && chosen.some(({ name }) => name === 'guard')) process.exitCode = 1
