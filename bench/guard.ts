/** Fails when a delivery takes far more CPU than it should: no clock is read, so that a busy machine does not matter. */
import { startChild } from './harness/child.ts'
import { processCpuMs } from './harness/cpu.ts'
import { drain, measureDrain, warmUpOf } from './harness/drain.ts'
import type { Figure } from './harness/figure.ts'

/** Twice what was measured, as multiples of a raw signed request on the same machine in the same run. */
const MOST_WORKER = 4
const MOST_STORE = 4

export const guard: Figure = {
  name: 'guard',
  what: 'CPU of a delivery as a multiple of a raw signed request; exits 1 where a generous bound is crossed',
  metrics: [
    { name: 'workerUs', unit: 'µs of worker CPU', digits: 0 },
    { name: 'storeUs', unit: 'µs of database CPU', digits: 0 },
  ],
  runs: 1,
  size: 5_000,
  sizeOf: 'deliveries',
  onDemand: true,
  ratios: () => ({ raw: 'raw' }),
  bars: [
    { says: `a worker takes at most ${MOST_WORKER} times the CPU of a raw request`, reached: ({ ratio }) => ratio('rowhook', 'raw'), holds: (value) => value <= MOST_WORKER },
    {
      says: `Postgres takes at most ${MOST_STORE} times the CPU of a raw request`,
      reached: ({ value }) => (value('rowhook', 'storeUs') ?? NaN) / (value('raw') ?? NaN),
      holds: (value) => value <= MOST_STORE,
    },
  ],
  variants: (bench, count) => [
    {
      name: 'raw',
      run: async () => {
        const worker = await startChild('raw')
        const run = (n: number) => worker.call('run', bench.receiver.origin, n, 100, 500)
        await run(warmUpOf(count))
        const sample = await measureDrain(bench, { count, workerCpuMs: () => processCpuMs(worker.pid), storeCpuMs: () => 0, go: () => run(count) })
        await worker.stop()
        return sample
      },
    },
    { name: 'rowhook', run: () => drain(bench, { count, endpoints: 20, bodyBytes: 500 }) },
  ],
}
