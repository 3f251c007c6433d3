/** A short run of the kill harness: what `npm run chaos` does at length. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planFaults } from '../../bench/chaos/plan.ts'
import { runChaos } from '../../bench/chaos/run.ts'

const chaos = suite('chaos')

chaos('is the same for the same seed', () => {
  const counts = { kill: 5, term: 2, freeze: 2, database: 1, terminate: 3 }
  assert.equal(planFaults(7, counts, 60_000), planFaults(7, counts, 60_000))
  assert.is.not(JSON.stringify(planFaults(7, counts, 60_000)), JSON.stringify(planFaults(8, counts, 60_000)))
  assert.is(planFaults(7, counts, 60_000).length, 13)
})

chaos('loses nothing: workers are killed, frozen and stopped, connections are cut, and the database crashes', async () => {
  const lines: string[] = []
  const result = await runChaos({
    events: 1_200,
    seed: 7,
    counts: { kill: 3, term: 1, freeze: 1, database: 1, terminate: 2 },
    workers: 3,
    rate: 100,
    keep: false,
    say: (line) => void lines.push(line),
  })
  assert.equal(result.broken, [], [...result.broken, ...lines].join('\n'))
  assert.is(result.lost, 0)
  assert.ok(result.events >= 1_200)
  assert.ok(result.deliveries > 2 * result.events)
})

chaos.run()
