/** From the commit's acknowledgement to the receipt of the request, at a steady rate. */
import { runMigrations } from 'graphile-worker'
import type { Bench } from './harness/bench.ts'
import { startBullMq } from './harness/bullmq.ts'
import { startChild } from './harness/child.ts'
import { processCpuMs } from './harness/cpu.ts'
import type { Figure, Sample, Variant } from './harness/figure.ts'
import { bodyOf } from './harness/message.ts'
import { needsRedis } from './harness/redis.ts'
import { addEndpoints, startRowhook } from './harness/rowhook.ts'
import { latencies, writeOne, writeSteadily } from './harness/steady.ts'

const BODY_BYTES = 500
const WARM_UP_SECONDS = 3
/** Until each of a thousand endpoints has had one at 100 a second, and the worker is no longer young. */
const LONG_WARM_UP_SECONDS = 12

type Load = { readonly perSecond: number; readonly endpoints: number; readonly seconds: number; readonly warmUpSeconds: number }

type Side = {
  readonly write: (n: number) => Promise<unknown>
  readonly workerCpuMs: () => number
  readonly storeCpuMs: () => number
}

/** Warms up by some seconds of the same load, which are not counted. */
const measure = async ({ receiver }: Bench, { perSecond, seconds, warmUpSeconds }: Load, { write, workerCpuMs, storeCpuMs }: Side): Promise<Sample> => {
  const count = perSecond * seconds
  await receiver.reset()
  await writeSteadily((n) => write(n), perSecond * warmUpSeconds, perSecond)
  await receiver.waitFor(perSecond * warmUpSeconds)
  await receiver.reset({ notesArrivals: true })
  const [workerBefore, storeBefore] = [workerCpuMs(), storeCpuMs()]
  const committed = await writeSteadily(write, count, perSecond)
  await receiver.waitFor(count)
  const each = (ms: number) => (ms * 1000) / count
  const { p50, p99, max } = await latencies(receiver, committed)
  return { p99, p50, max, workerUs: each(workerCpuMs() - workerBefore), storeUs: each(storeCpuMs() - storeBefore) }
}

const rowhook = (bench: Bench, load: Load) => async (): Promise<Sample> => {
  const { pool, workerCpuMs, stop } = await startRowhook(bench, (pool) => addEndpoints(pool, bench.receiver.origin, { count: load.endpoints }))
  const write = (n: number) => writeOne(pool, n % load.endpoints, n, BODY_BYTES)
  const sample = await measure(bench, load, { write, workerCpuMs, storeCpuMs: bench.server.cpuMs })
  await stop()
  return sample
}

const bullmq = (bench: Bench, load: Load) => async (): Promise<Sample> => {
  const { add, workerCpuMs, stop } = await startBullMq(bench)
  const sample = await measure(bench, load, { write: (n) => add(n, BODY_BYTES), workerCpuMs, storeCpuMs: bench.redis!.cpuMs })
  await stop()
  return sample
}

const TABLES = `
create table public.messages (id bigint generated always as identity primary key, path text, body text, status text default 'pending', attempts integer default 0, delivered_at timestamptz);
create table public.tries (message_id bigint, number integer, status integer, at timestamptz default now(), primary key (message_id, number));
create function public.enqueue() returns trigger language plpgsql as $$
begin
  perform graphile_worker.add_job('send', json_build_object('id', new.id));
  return null;
end $$;
create trigger enqueue after insert on public.messages for each row execute function public.enqueue()`

const plainJobs = (bench: Bench, load: Load) => async (): Promise<Sample> => {
  const database = await bench.server.create('empty')
  await runMigrations({ connectionString: database.url })
  await database.pool.query(TABLES)
  const worker = await startChild('plain-jobs', database.url, bench.receiver.origin)
  const write = (n: number) =>
    database.pool.query({ name: 'write', text: 'insert into public.messages (path, body) values ($1, $2)', values: [`/e${n % load.endpoints}`, bodyOf(n, BODY_BYTES)] })
  const sample = await measure(bench, load, { write, workerCpuMs: () => processCpuMs(worker.pid), storeCpuMs: bench.server.cpuMs })
  await worker.stop()
  await database.drop()
  return sample
}

const atMost = (variant: string, metric: string, ms: number) => ({
  says: `${variant}: ${metric} at most ${ms} ms`,
  reached: ({ value }: { value: (variant: string, metric: string) => number | undefined }) => value(variant, metric),
  holds: (value: number) => value <= ms,
  unit: 'ms',
})

export const latency: Figure = {
  name: 'latency',
  what: 'milliseconds from the acknowledged commit to the receipt, 500-byte bodies, single-row transactions; CPU of a delivery with its write',
  metrics: [
    { name: 'p99', unit: 'p99 ms', digits: 1 },
    { name: 'p50', unit: 'p50 ms', digits: 1 },
    { name: 'max', unit: 'greatest ms', digits: 0 },
    { name: 'workerUs', unit: 'µs of worker CPU', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU', digits: 0 },
  ],
  runs: 3,
  size: 10,
  sizeOf: 'seconds',
  ratios: (variant) => ({ bullmq: variant.endsWith('1000/s') ? 'bullmq, 1000/s' : 'bullmq, 100/s' }),
  bars: [
    atMost('rowhook, one endpoint, 100/s', 'p50', 3),
    atMost('rowhook, one endpoint, 100/s', 'p99', 10),
    atMost('rowhook, 1000 endpoints, 100/s', 'p50', 4),
    atMost('rowhook, 1000 endpoints, 100/s', 'p99', 15),
    {
      says: 'rowhook, 1000 endpoints: at most 1.3 times the CPU of a plain job',
      reached: ({ value }) => {
        const cpu = (variant: string) => (value(variant, 'workerUs') ?? NaN) + (value(variant, 'storeUs') ?? NaN)
        return cpu('rowhook, 1000 endpoints, 100/s') / cpu('plain jobs, 100/s')
      },
      holds: (value) => value <= 1.3,
    },
  ],
  variants: (bench, seconds) => {
    const load = (perSecond: number, endpoints: number, warmUpSeconds = WARM_UP_SECONDS): Load => ({ perSecond, endpoints, seconds, warmUpSeconds })
    return [
      { name: 'bullmq, 100/s', ...needsRedis(bench), run: bullmq(bench, load(100, 20)) },
      { name: 'plain jobs, 100/s', run: plainJobs(bench, load(100, 20)) },
      { name: 'rowhook, one endpoint, 100/s', run: rowhook(bench, load(100, 1)) },
      { name: 'rowhook, 1000 endpoints, 100/s', run: rowhook(bench, load(100, 1_000, LONG_WARM_UP_SECONDS)) },
      { name: 'rowhook, 1000 endpoints that rested, 100/s', run: rowhook(bench, load(100, 1_000)) },
      { name: 'bullmq, 1000/s', ...needsRedis(bench), run: bullmq(bench, load(1_000, 20)) },
      { name: 'rowhook, 20 endpoints, 1000/s', run: rowhook(bench, load(1_000, 20)) },
    ] satisfies Variant[]
  },
}
