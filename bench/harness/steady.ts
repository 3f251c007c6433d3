/** Writes at a steady rate, and the time from each commit to the receipt of its request. */
import type pg from 'pg'
import type { Receiver } from './receiver.ts'
import { sharedNowMs } from './clock.ts'
import { padding } from './message.ts'
import { tenantOf } from './rowhook.ts'
import { percentile } from './statistics.ts'

export type Latencies = { readonly p50: number; readonly p99: number; readonly max: number; readonly missing: number }

/**
 * Writes on schedule, whether the ones before have ended or not (an open loop: a slow system does not slow the load down).
 * @param write commits number `n`
 * @param first the number of the first one
 * @returns when each was acknowledged, by number
 */
export const writeSteadily = async (write: (n: number) => Promise<unknown>, count: number, perSecond: number, first = 0): Promise<ReadonlyMap<number, number>> => {
  const committed = new Map<number, number>()
  const under: Promise<unknown>[] = []
  const startedMs = sharedNowMs()
  for (let n = 0; n < count; ) {
    const due = Math.min(count, Math.floor(((sharedNowMs() - startedMs) * perSecond) / 1000) + 1)
    for (; n < due; n++) {
      const mine = first + n
      under.push(write(mine).then(() => committed.set(mine, sharedNowMs())))
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startedMs + (n * 1000) / perSecond - sharedNowMs())))
  }
  await Promise.all(under)
  return committed
}

/** A request may come before its writer learns of the commit: that counts as 0. */
export const latencies = async (receiver: Receiver, committed: ReadonlyMap<number, number>, isCounted: (n: number) => boolean = () => true): Promise<Latencies> => {
  const arrivals = await receiver.arrivals()
  const counted = [...committed].filter(([n]) => isCounted(n))
  const values = counted.flatMap(([n, atMs]) => (arrivals.has(n) ? [Math.max(0, arrivals.get(n)! - atMs)] : []))
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99), max: Math.max(...values), missing: counted.length - values.length }
}

/** An event for one endpoint of `addEndpoints`. */
export const writeOne = (pool: pg.Pool, endpoint: number, n: number, bodyBytes: number, prefix = 'bench.'): Promise<unknown> =>
  pool.query({
    name: 'write_one',
    text: `insert into webhooks.events (tenant_id, type, data) values ($5, $1 || 'e' || $2, json_build_object('n', $3::integer, 'text', $4::text))`,
    values: [prefix, endpoint, n, padding(bodyBytes), tenantOf(endpoint)],
  })
