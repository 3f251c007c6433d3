/** What healthy endpoints notice of a fifth that hangs until its deadline. */
import type { Bench } from './harness/bench.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { addEndpoints, startRowhook } from './harness/rowhook.ts'
import { latencies, writeOne, writeSteadily } from './harness/steady.ts'

const ENDPOINTS = 50
const HANGING = ENDPOINTS / 5
const PER_SECOND = 200
const BODY_BYTES = 500
/** Longer than a second: that is when requests begin to pile up. */
const WARM_UP_SECONDS = 5
/** number of the first event that is counted */
const FIRST = 1_000_000

/** The same load on fifty endpoints; the first ten answer, or never do. */
const measured = (bench: Bench, seconds: number, hangs: boolean) => async (): Promise<Sample> => {
  const { receiver } = bench
  const path = (i: number) => (hangs && i < HANGING ? `/hang${i}` : `/e${i}`)
  const { pool, stop } = await startRowhook(bench, (pool) => addEndpoints(pool, receiver.origin, { count: ENDPOINTS, path }))
  const write = (n: number) => writeOne(pool, n % ENDPOINTS, n, BODY_BYTES)
  const isHealthy = (n: number) => n % ENDPOINTS >= HANGING
  await receiver.reset()
  await writeSteadily(write, WARM_UP_SECONDS * PER_SECOND, PER_SECOND)
  await receiver.reset({ notesArrivals: true })
  // Other numbers than those of the warm-up, which may still arrive.
  const committed = await writeSteadily(write, seconds * PER_SECOND, PER_SECOND, FIRST)
  for (let waits = 0; (await latencies(receiver, committed, isHealthy)).missing > 0; waits++) {
    if (waits > 100) throw new Error(`${(await latencies(receiver, committed, isHealthy)).missing} requests of healthy endpoints are missing`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const { p50, p99, max } = await latencies(receiver, committed, isHealthy)
  await stop()
  return { p99, p50, max }
}

export const fairness: Figure = {
  name: 'fairness',
  what: 'milliseconds from commit to receipt of 40 healthy endpoints (200 events a second over 50), while the other 10 answer or hang until their deadline of 15 s',
  metrics: [
    { name: 'p99', unit: 'p99 ms', digits: 1 },
    { name: 'p50', unit: 'p50 ms', digits: 1 },
    { name: 'max', unit: 'greatest ms', digits: 0 },
  ],
  runs: 3,
  size: 20,
  sizeOf: 'seconds',
  ratios: () => ({ healthy: 'all answer' }),
  bars: [{ says: 'p99 of the healthy ones at most twice that without hanging ones', reached: ({ ratio }) => ratio('a fifth hangs', 'all answer'), holds: (value) => value <= 2 }],
  variants: (bench, seconds) => [
    { name: 'all answer', run: measured(bench, seconds, false) },
    { name: 'a fifth hangs', run: measured(bench, seconds, true) },
  ],
}
