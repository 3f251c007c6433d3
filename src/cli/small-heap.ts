/** Keeps V8 from taking memory that a worker does not need: it plans for the machine, and a worker has few things alive. */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Left alone the young generation grows to 128 MB where the machine has much memory; a worker's is collected in 2 ms. */
const YOUNG_BYTES = 16 * 1024 * 1024
/** What the old generation may grow by before it is collected, in percent of what is alive. Left alone: three times as much. */
const GROWTH_PERCENT = 50

/** For a process that is a worker and nothing else. Both flags are read at each collection, so they count from now on. */
export const keepHeapSmall = (): void => {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`)
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    if (young === undefined || young.space_size < YOUNG_BYTES) return
    setFlagsFromString('--semi-space-growth-factor=1')
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}
