/** Hours of steady load: what a worker needs at most, and whether its heap grows. */
import type { Bench } from './harness/bench.ts'
import type { Figure, Sample } from './harness/figure.ts'
import { MB, watchMemory } from './harness/resident.ts'
import { addEndpoints, startRowhook } from './harness/rowhook.ts'
import { writeOne, writeSteadily } from './harness/steady.ts'

const PER_SECOND = 100

/**
 * By thirds: the first one fills caches and compiles code, the third is compared with the second. By the least heap that a look each second
 * found, since garbage that waits for its collection is more than what grows.
 */
export const steadyLoad = (bench: Bench, seconds: number) => async (): Promise<Sample> => {
  const { receiver } = bench
  const { pool, worker, vitals, stop } = await startRowhook(bench, (pool) => addEndpoints(pool, receiver.origin, { count: 20 }))
  const stopWatching = watchMemory(worker.pid)
  await receiver.reset()
  const part = async (first: number) => {
    let least = Infinity
    const timer = setInterval(() => void vitals().then(({ heapBytes }) => (least = Math.min(least, heapBytes / MB))), 1_000)
    await writeSteadily((n) => writeOne(pool, n % 20, n, 500), (PER_SECOND * seconds) / 3, PER_SECOND, first)
    clearInterval(timer)
    return least
  }
  await part(0)
  const middle = await part(1_000_000)
  const end = await part(2_000_000)
  await stop()
  return { greatestMb: stopWatching(), growthMb: end - middle }
}

export const soak: Figure = {
  name: 'soak',
  what: 'a worker under 100 deliveries a second for long: npm run bench -- soak --minutes 60',
  metrics: [
    { name: 'greatestMb', unit: 'MB', digits: 0 },
    { name: 'growthMb', unit: 'MB of heap that the last third needed more than the second', digits: 1 },
  ],
  runs: 1,
  size: 60,
  sizeOf: 'minutes of steady load',
  onDemand: true,
  bars: [
    { says: 'steady load for long: below 200 MB', reached: ({ value }) => value('steady load'), holds: (value) => value < 200, unit: 'MB' },
    { says: 'steady load for long: the last third needs less than 5 MB more than the second', reached: ({ value }) => value('steady load', 'growthMb'), holds: (value) => value < 5, unit: 'MB' },
  ],
  variants: (bench, minutes) => [{ name: 'steady load', run: steadyLoad(bench, minutes * 60) }],
}
