/** Memory of a worker: at a backlog, with large bodies, and over a time of steady load. */
import type { Bench } from './harness/bench.ts'
import { drain } from './harness/drain.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { watchMemory } from './harness/resident.ts'
import { writeBulk } from './harness/rowhook.ts'
import { steadyLoad } from './soak.ts'

const drained = (bench: Bench, count: number, bodyBytes: number) => async (): Promise<Sample> => {
  let stopWatching: (() => number) | undefined
  return drain(bench, {
    count,
    endpoints: 20,
    bodyBytes,
    fill: async ({ pool, worker }) => {
      stopWatching = watchMemory(worker.pid)
      await writeBulk(pool, { count, endpoints: 20, bodyBytes })
    },
    inspect: () => Promise.resolve({ greatestMb: stopWatching!() }),
  })
}

export const memory: Figure = {
  name: 'memory',
  what: 'greatest resident memory of a worker in MB; growth of its heap under 100 deliveries a second (for longer: soak)',
  metrics: [
    { name: 'greatestMb', unit: 'MB', digits: 0 },
    { name: 'growthMb', unit: 'MB of heap that the last third needed more than the second', digits: 1 },
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
    { name: 'steady load', run: steadyLoad(bench, seconds) },
  ],
}
