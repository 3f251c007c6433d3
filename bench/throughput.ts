/** Deliveries a second from a backlog over 20 endpoints, beside the physical limit and beside peers. */
import type { Bench } from './harness/bench.ts'
import { startBullMq } from './harness/bullmq.ts'
import { startChild } from './harness/child.ts'
import { processCpuMs } from './harness/cpu.ts'
import { drain, measureDrain, warmUpOf, type Drain } from './harness/drain.ts'
import type { Figure, Sample, Variant } from './harness/figure.ts'
import { needsRedis } from './harness/redis.ts'
import { writeForAll, writeSingly } from './harness/rowhook.ts'

const ENDPOINTS = 20
/** requests under way, for everybody: a tenant's share in Rowhook */
const CONCURRENCY = 100
const BODY_BYTES = 500

const raw = (bench: Bench, count: number, delayMs: number) => async (): Promise<Sample> => {
  const worker = await startChild('raw')
  const run = (n: number) => worker.call('run', bench.receiver.origin, n, CONCURRENCY, BODY_BYTES)
  await run(warmUpOf(count))
  const sample = await measureDrain(bench, { count, delayMs, workerCpuMs: () => processCpuMs(worker.pid), storeCpuMs: () => 0, go: () => run(count) })
  await worker.stop()
  return sample
}

const bullmq = (bench: Bench, count: number, delayMs: number) => async (): Promise<Sample> => {
  const { queue, fill, settled, stop, workerCpuMs } = await startBullMq(bench, CONCURRENCY)
  await bench.receiver.reset()
  await fill(warmUpOf(count), BODY_BYTES)
  await bench.receiver.waitFor(warmUpOf(count))
  await queue.pause()
  await fill(count, BODY_BYTES)
  const sample = await measureDrain(bench, { count, delayMs, workerCpuMs, storeCpuMs: bench.redis!.cpuMs, go: () => queue.resume(), settled })
  await stop()
  return sample
}

const pgBoss = (bench: Bench, count: number) => async (): Promise<Sample> => {
  const database = await bench.server.create('empty')
  const worker = await startChild('pg-boss', database.url)
  await bench.receiver.reset()
  await worker.call('fill', 'warm', warmUpOf(count), BODY_BYTES)
  await worker.call('work', 'warm', bench.receiver.origin)
  await bench.receiver.waitFor(warmUpOf(count))
  await worker.call('fill', 'deliveries', count, BODY_BYTES)
  const done = async () => {
    while ((await database.pool.query(`select from pgboss.job where name = 'deliveries' and state < 'completed' limit 1`)).rowCount! > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const go = () => worker.call('work', 'deliveries', bench.receiver.origin)
  const sample = await measureDrain(bench, { count, delayMs: 0, workerCpuMs: () => processCpuMs(worker.pid), storeCpuMs: bench.server.cpuMs, go, settled: done })
  await worker.stop()
  await database.drop()
  return sample
}

const rowhook = (bench: Bench, count: number, delayMs: number, fill: Drain['fill']) => () =>
  drain(bench, { count, endpoints: ENDPOINTS, bodyBytes: BODY_BYTES, delayMs, ...(fill === undefined ? {} : { fill }) })

const single = (count: number): Drain['fill'] => ({ pool }) => writeSingly(pool, { count, endpoints: ENDPOINTS, bodyBytes: BODY_BYTES })
const fanOut = (count: number): Drain['fill'] => ({ pool }) => writeForAll(pool, { count: count / ENDPOINTS, bodyBytes: BODY_BYTES })

export const throughput: Figure = {
  name: 'throughput',
  what: 'deliveries a second: 500-byte bodies, 20 endpoints, signed, 100 requests under way; Rowhook logs every attempt',
  metrics: [
    { name: 'rate', unit: 'deliveries/s', digits: 0 },
    { name: 'workerUs', unit: 'µs of worker CPU a delivery', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU a delivery', digits: 0 },
  ],
  runs: 3,
  size: 30_000,
  sizeOf: 'deliveries',
  ratios: (variant) => (variant.endsWith('-20ms') ? { raw: 'raw-20ms', bullmq: 'bullmq-20ms' } : { raw: 'raw', bullmq: 'bullmq' }),
  bars: ['rowhook-bulk', 'rowhook-single', 'rowhook-fanout'].flatMap((variant) => [
    { says: `${variant}: at least 0.60 of raw undici`, reached: ({ ratio }) => ratio(variant, 'raw'), holds: (value) => value >= 0.6 },
    { says: `${variant}: at least 1.8 times BullMQ`, reached: ({ ratio }) => ratio(variant, 'bullmq'), holds: (value) => value >= 1.8 },
    { says: `${variant}: at most 90 µs of Postgres a delivery`, reached: ({ value }) => value(variant, 'storeUs'), holds: (value) => value <= 90, unit: 'µs' },
  ]),
  variants: (bench, size) => {
    const count = Math.ceil(size / ENDPOINTS) * ENDPOINTS
    const slow = Math.min(count, 15_000)
    return [
      { name: 'raw', run: raw(bench, count, 0) },
      { name: 'bullmq', ...needsRedis(bench), run: bullmq(bench, count, 0) },
      { name: 'pg-boss', run: pgBoss(bench, count) },
      { name: 'rowhook-bulk', run: rowhook(bench, count, 0, undefined) },
      { name: 'rowhook-single', run: rowhook(bench, count, 0, single(count)) },
      { name: 'rowhook-fanout', run: rowhook(bench, count, 0, fanOut(count)) },
      { name: 'raw-20ms', run: raw(bench, slow, 20) },
      { name: 'bullmq-20ms', ...needsRedis(bench), run: bullmq(bench, slow, 20) },
      { name: 'rowhook-20ms', run: rowhook(bench, slow, 20, undefined) },
    ] satisfies Variant[]
  },
}
