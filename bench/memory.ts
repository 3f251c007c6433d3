/** Memory of a worker: at a backlog, with large bodies, and over a time of steady load. */
import type { Bench } from './harness/bench.ts'
import { residentBytes } from './harness/cpu.ts'
import { drain } from './harness/drain.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { addEndpoints, startRowhook, writeBulk } from './harness/rowhook.ts'
import { writeOne, writeSteadily } from './harness/steady.ts'

const MB = 2 ** 20
const PER_SECOND = 100
const SAMPLE_MS = 100

/** The greatest resident size while something goes on. */
const watch = (pid: number) => {
  let greatest = 0
  const timer = setInterval(() => (greatest = Math.max(greatest, residentBytes(pid))), SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return greatest / MB
  }
}

const drained = (bench: Bench, count: number, bodyBytes: number) => async (): Promise<Sample> => {
  let stopWatching: (() => number) | undefined
  return drain(bench, {
    count,
    endpoints: 20,
    bodyBytes,
    fill: async ({ pool, worker }) => {
      stopWatching = watch(worker.pid)
      await writeBulk(pool, { count, endpoints: 20, bodyBytes })
    },
    inspect: () => Promise.resolve({ greatestMb: stopWatching!() }),
  })
}

/** Steady load: what a second half needs more than the first, by the hour. */
const soak = (bench: Bench, seconds: number) => async (): Promise<Sample> => {
  const { receiver } = bench
  const { pool, worker, vitals, stop } = await startRowhook(bench, (pool) => addEndpoints(pool, receiver.origin, { count: 20 }))
  const stopWatching = watch(worker.pid)
  await receiver.reset()
  const part = async (first: number) => {
    await writeSteadily((n) => writeOne(pool, n % 20, n, 500), (PER_SECOND * seconds) / 3, PER_SECOND, first)
    return (await vitals()).heapBytes / MB
  }
  await part(0) // until caches and compiled code are there
  const middle = await part(1_000_000)
  const end = await part(2_000_000)
  await stop()
  return { greatestMb: stopWatching(), growthMb: ((end - middle) * 3_600) / (seconds / 3) }
}

export const memory: Figure = {
  name: 'memory',
  what: 'greatest resident memory of a worker in MB; growth of its heap under 100 deliveries a second (soak: --size 3600)',
  metrics: [
    { name: 'greatestMb', unit: 'MB', digits: 0 },
    { name: 'growthMb', unit: 'MB an hour', digits: 1 },
    { name: 'rate', unit: 'deliveries/s', digits: 0 },
  ],
  runs: 1,
  size: 60,
  sizeOf: 'seconds of steady load',
  onDemand: true,
  bars: ['30,000 deliveries', '1,000 bodies of 256 KiB', 'steady load'].map((name) => ({
    says: `${name}: below 200 MB`,
    reached: ({ value }: { value: (variant: string) => number | undefined }) => value(name),
    holds: (value: number) => value < 200,
    unit: 'MB',
  })),
  variants: (bench, seconds) => [
    { name: '30,000 deliveries', run: drained(bench, 30_000, 500) },
    { name: '1,000 bodies of 256 KiB', run: drained(bench, 1_000, 250 * 1024) },
    { name: 'steady load', run: soak(bench, seconds) },
  ],
}
