/**
 * The kill harness: workers are killed, frozen and stopped, the database crashes, connections are cut, and at the end every
 * committed event must have reached every endpoint that asked for it.
 *
 *   npm run chaos -- --events 10000 --kills 8 --seed 7 --json
 *
 * Further: --crashes N (of the database), --freezes N, --stops N, --cuts N (of connections), --workers N, --rate N (events a
 * second), --keep (the directory with logs and ledger). The plan of faults follows from the seed. Exit 1 when anything is
 * lost or anything else does not hold.
 */
import { parseArgs } from 'node:util'
import { runChaos } from './run.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    crashes: { type: 'string' },
    freezes: { type: 'string' },
    stops: { type: 'string' },
    cuts: { type: 'string' },
    workers: { type: 'string', default: '3' },
    rate: { type: 'string', default: '250' },
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const kills = Number(values.kills)
const some = (given: string | undefined, share: number) => (given === undefined ? Math.max(1, Math.round(kills * share)) : Number(given))
const result = await runChaos({
  events: Number(values.events),
  seed: Number(values.seed),
  counts: {
    kill: kills,
    database: some(values.crashes, 0.15),
    freeze: some(values.freezes, 0.15),
    term: some(values.stops, 0.3),
    terminate: some(values.cuts, 0.4),
  },
  workers: Number(values.workers),
  rate: Number(values.rate),
  keep: values.keep,
  say: (line) => console.log(line),
})

for (const [name, value] of Object.entries(result)) if (!Array.isArray(value)) console.log(`${name.padEnd(24)} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
for (const line of result.slow) console.log(`slower than promised: ${line}`)
console.log(result.broken.length === 0 ? 'everything holds' : `DOES NOT HOLD:\n- ${result.broken.join('\n- ')}`)
if (values.json) console.log(JSON.stringify(result))
process.exitCode = result.broken.length === 0 ? 0 : 1
