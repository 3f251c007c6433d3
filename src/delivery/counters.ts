/** What the lanes of a process have done since it started. Plain numbers, since they are written thousands of times a second. */
import type { DueDelivery } from '../database/pages.ts'
import type { AttemptResult } from '../database/results.ts'
import type { RecordedOrLost } from './recorder.ts'

/** Upper bounds of buckets in milliseconds, as webhooks_private.traffic_bounds() has them. */
export const DURATION_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_000, 5_000, 10_000, 20_000] as const
/** From the commit, which may be hours ago. */
export const AGE_BOUNDS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000] as const

export type Histogram = {
  readonly bounds: readonly number[]
  /** one for each bound, and one for what is above the last */
  readonly counts: number[]
  sumMs: number
}

type Outcomes = { succeeded: number; retrying: number; failed: number }

export type Counters = Outcomes & {
  /** deliveries that succeeded after somebody had opened them again */
  recovered: number
  lost: number
  failedSteps: number
  /** deliveries that were due later, because their receiver seems to write back in circles */
  postponed: number
  /** times that a lane waited for its own rate, and for its tenant's */
  paceWaits: number
  tenantWaits: number
  readonly durations: Histogram
  /** from the event to the start of its first attempt */
  readonly firstAttempts: Histogram
  /** from the event to its success */
  readonly successes: Histogram
  /** by event type; beyond 200 types those that come later are `other` */
  readonly byType: Map<string, Outcomes>
  /** by tenant and by endpoint, where that is wanted; beyond a thousand those that come later are `other` */
  readonly byTenant: Map<string, Outcomes> | undefined
  readonly byEndpoint: Map<string, Outcomes> | undefined
  /** why attempts are repeated: a kind of error, or `http_503` */
  readonly retryReasons: Map<string, number>
}

const createHistogram = (bounds: readonly number[]): Histogram => ({ bounds, counts: Array<number>(bounds.length + 1).fill(0), sumMs: 0 })

export type CountedBy = 'tenant' | 'endpoint'

/** @param labels what attempts are counted by beside their type */
export const createCounters = (labels: readonly CountedBy[] = []): Counters => ({
  succeeded: 0,
  retrying: 0,
  failed: 0,
  recovered: 0,
  lost: 0,
  failedSteps: 0,
  postponed: 0,
  paceWaits: 0,
  tenantWaits: 0,
  durations: createHistogram(DURATION_BOUNDS_MS),
  firstAttempts: createHistogram(AGE_BOUNDS_MS),
  successes: createHistogram(AGE_BOUNDS_MS),
  byType: new Map(),
  byTenant: labels.includes('tenant') ? new Map() : undefined,
  byEndpoint: labels.includes('endpoint') ? new Map() : undefined,
  retryReasons: new Map(),
})

const MOST_TYPES = 200
const MOST_LABELS = 1_000

const count = (histogram: Histogram, ms: number): void => {
  const { bounds, counts } = histogram
  let place = 0
  while (place < bounds.length && ms > bounds[place]!) place += 1
  counts[place]! += 1
  histogram.sumMs += ms
}

const outcomesOf = (counted: Map<string, Outcomes>, name: string, most: number): Outcomes => {
  const key = counted.has(name) || counted.size < most ? name : 'other'
  let outcomes = counted.get(key)
  if (outcomes === undefined) counted.set(key, (outcomes = { succeeded: 0, retrying: 0, failed: 0 }))
  return outcomes
}

/** Counts an attempt whose result is recorded, or was lost to another writer. */
export const countAttempt = (counters: Counters, due: DueDelivery, result: AttemptResult, recorded: RecordedOrLost): void => {
  if (recorded === 'lost') {
    counters.lost += 1
    return
  }
  const outcome = recorded.status === 'success' ? 'succeeded' : recorded.status
  counters[outcome] += 1
  outcomesOf(counters.byType, due.eventType, MOST_TYPES)[outcome] += 1
  if (counters.byTenant !== undefined) outcomesOf(counters.byTenant, due.tenantId, MOST_LABELS)[outcome] += 1
  if (counters.byEndpoint !== undefined) outcomesOf(counters.byEndpoint, due.endpointId, MOST_LABELS)[outcome] += 1
  if (recorded.isRecovered) counters.recovered += 1
  count(counters.durations, result.durationMs)
  const startedAfterMs = Math.max(0, result.startedAtMs - due.occurredAtMs)
  if (due.attempts === 0) count(counters.firstAttempts, startedAfterMs)
  if (outcome === 'succeeded') count(counters.successes, startedAfterMs + result.durationMs)
  if (outcome === 'retrying') {
    const reason = result.status === null ? (result.errorKind ?? 'unknown') : `http_${result.status}`
    counters.retryReasons.set(reason, (counters.retryReasons.get(reason) ?? 0) + 1)
  }
}
