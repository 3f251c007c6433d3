/** Keeps V8 from taking memory that a worker does not need: it plans for the machine, and a worker has few things alive. */
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks'
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'

/** Left alone the young generation grows to 128 MB where the machine has much memory; a worker's is collected in 2 ms. */
const YOUNG_BYTES = 16 * 1024 * 1024
/**
 * What may have died in the old generation before it is collected, less what bodies take beside the heap. Left alone: three times what is
 * alive. A page outlives two collections of the young generation before it is sent, so that each delivery leaves a kilobyte there.
 */
const DEAD_BYTES = 48 * 1024 * 1024
/** The same in percent of what is alive: at least, and at most. Below the first it would be marked all the time. */
const LEAST_PERCENT = 50
const MOST_PERCENT = 150

const wasFull = (entry: PerformanceEntry): boolean => (entry as PerformanceEntry & { readonly detail: { readonly kind: number } }).detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR

/**
 * What the old generation may grow by, in percent of what is alive.
 * @param aliveBytes of the heap, after its last full collection
 * @param besideBytes of buffers, which are not on the heap
 */
export const growthPercent = (aliveBytes: number, besideBytes: number): number =>
  Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, Math.floor((DEAD_BYTES - besideBytes) / aliveBytes * 10) * 10))

/** For a process that is a worker and nothing else. Both flags are read at each collection, so they count from now on. */
export const keepHeapSmall = (): void => {
  let aliveBytes = Infinity
  let percent = 0
  let isYoungBounded = false

  const boundOld = (isFull: boolean): void => {
    const { used_heap_size: used, external_memory: beside } = getHeapStatistics()
    if (isFull) aliveBytes = used
    const next = growthPercent(aliveBytes, beside)
    if (next === percent) return
    percent = next
    setFlagsFromString(`--heap-growing-percent=${percent}`)
  }

  const boundYoung = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    if (young === undefined || young.space_size < YOUNG_BYTES) return
    setFlagsFromString('--semi-space-growth-factor=1')
    isYoungBounded = true
  }

  boundOld(false)
  const observer = new PerformanceObserver((list) => {
    boundOld(list.getEntries().some(wasFull))
    if (!isYoungBounded) boundYoung()
  })
  observer.observe({ entryTypes: ['gc'] })
}
