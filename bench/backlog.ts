/** What others notice of a million deliveries that wait for a paused endpoint. */
import type { Bench } from './harness/bench.ts'
import { residentBytes } from './harness/cpu.ts'
import { drain } from './harness/drain.ts'
import type { Bar, Figure, Sample } from './harness/figure.ts'
import { addWaiting, timeOf } from './harness/history.ts'
import type { Rowhook } from './harness/rowhook.ts'
import { latencies, writeOne, writeSteadily } from './harness/steady.ts'

const ENDPOINTS = 20
const BODY_BYTES = 500
const PER_SECOND = 100
const SECONDS = 8
const DELIVERIES = 10_000

/** When the others' deliveries are gone: latency at a low rate, cost of a write, queue_health, memory. */
const inspect = (bench: Bench) => async ({ pool, worker }: Rowhook): Promise<Sample> => {
  await bench.receiver.reset({ notesArrivals: true })
  const cpuMs = bench.server.cpuMs()
  const count = PER_SECOND * SECONDS
  const committed = await writeSteadily((n) => writeOne(pool, n % ENDPOINTS, n, BODY_BYTES), count, PER_SECOND)
  await bench.receiver.waitFor(count)
  const { p50, p99 } = await latencies(bench.receiver, committed)
  return {
    p50,
    p99,
    liveUs: ((bench.server.cpuMs() - cpuMs) * 1000) / count,
    healthMs: await timeOf(pool, 'select * from webhooks.queue_health'),
    residentMb: residentBytes(worker.pid) / 2 ** 20,
  }
}

const measured = (bench: Bench, waiting: number) => () =>
  drain(bench, { count: DELIVERIES, endpoints: ENDPOINTS, bodyBytes: BODY_BYTES, prepare: (pool) => addWaiting(pool, waiting), inspect: inspect(bench) })

const within = (metric: string, says: string): Bar => ({
  says: `${says} within 1.2 times that of an empty queue`,
  reached: ({ ratio }) => ratio('with the backlog', 'empty', metric),
  holds: (value) => value <= 1.2,
})

export const backlog: Figure = {
  name: 'backlog',
  what: '10,000 deliveries and then 100 a second over 20 endpoints, while deliveries wait for another endpoint that is paused',
  metrics: [
    { name: 'rate', unit: 'deliveries/s', digits: 0 },
    { name: 'p50', unit: 'p50 ms', digits: 1 },
    { name: 'p99', unit: 'p99 ms', digits: 1 },
    { name: 'storeUs', unit: 'µs of database CPU a delivery', digits: 0 },
    { name: 'liveUs', unit: 'the same at 100/s, with its write', digits: 0 },
    { name: 'healthMs', unit: 'ms of queue_health', digits: 1 },
    { name: 'residentMb', unit: 'MB of the worker', digits: 0 },
  ],
  runs: 2,
  size: 1_000_000,
  sizeOf: 'waiting deliveries',
  ratios: () => ({ empty: 'empty' }),
  bars: [
    { says: 'deliveries a second at least 1/1.2 of those with an empty queue', reached: ({ ratio }) => ratio('with the backlog', 'empty'), holds: (value) => value >= 1 / 1.2 },
    within('p50', 'latency (p50)'),
    within('liveUs', 'CPU of a write and its delivery'),
    within('healthMs', 'queue_health'),
    within('residentMb', 'memory of the worker'),
  ],
  variants: (bench, size) => [
    { name: 'empty', run: measured(bench, 0) },
    { name: 'with the backlog', run: measured(bench, size) },
  ],
}
