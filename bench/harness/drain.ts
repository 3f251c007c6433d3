/** Empties a backlog: the rate at which it goes, and the CPU that each delivery takes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import type { Sample } from './figure.ts'
import { addEndpoints, startRowhook, writeBulk, type Rowhook } from './rowhook.ts'
import type pg from 'pg'

/** A worker learns of a pause within a second (delivery/gate.ts), and sends until then. */
const STATE_AGE_MS = 1_200

export type Measured = {
  readonly count: number
  readonly delayMs?: number
  readonly workerCpuMs: () => number
  readonly storeCpuMs: () => number
  readonly go: () => Promise<unknown>
  /** resolves when everything is recorded */
  readonly settled?: () => Promise<unknown>
}

/** From the first request to the last for the rate; until all is recorded for the CPU. */
export const measureDrain = async ({ receiver }: Bench, { count, delayMs = 0, workerCpuMs, storeCpuMs, go, settled }: Measured): Promise<Sample> => {
  await receiver.reset({ delayMs })
  const [workerBefore, storeBefore] = [workerCpuMs(), storeCpuMs()]
  await Promise.all([go(), receiver.waitFor(count)])
  const { firstMs, lastMs } = await receiver.received()
  await settled?.()
  const each = (ms: number) => (ms * 1000) / count
  return { rate: ((count - 1) / (lastMs - firstMs)) * 1000, workerUs: each(workerCpuMs() - workerBefore), storeUs: each(storeCpuMs() - storeBefore) }
}

/** So many deliveries go through each worker first, so that all of them run compiled code. */
export const warmUpOf = (count: number): number => Math.min(3_000, Math.ceil(count / 5))

export type Drain = {
  readonly count: number
  readonly endpoints: number
  readonly bodyBytes: number
  readonly delayMs?: number
  /** worker processes, 1 by default */
  readonly workers?: number
  /** writes the backlog; single events by bulk statements by default */
  readonly fill?: (rowhook: Rowhook) => Promise<void>
  /** before the worker starts */
  readonly prepare?: (pool: pg.Pool) => Promise<unknown>
  /** further values, taken when all is sent */
  readonly inspect?: (rowhook: Rowhook) => Promise<Sample>
}

/** The backlog collects while the endpoints are paused; what is measured begins with their resumption. */
export const drain = async (bench: Bench, { count, endpoints, bodyBytes, delayMs = 0, workers = 1, fill, prepare, inspect }: Drain): Promise<Sample> => {
  const { receiver, server } = bench
  const rowhook = await startRowhook(bench, async (pool) => {
    await addEndpoints(pool, receiver.origin, { count: endpoints })
    await prepare?.(pool)
  }, workers)
  const { pool, workerCpuMs, settled, stop } = rowhook
  await receiver.reset()
  await writeBulk(pool, { count: warmUpOf(count), endpoints, bodyBytes })
  await receiver.waitFor(warmUpOf(count))
  await settled()
  await pool.query(`update webhooks.endpoints set paused_at = now() where paused_at is null and name like 'endpoint %'`)
  await sleep(STATE_AGE_MS) // or some would be sent before they are counted
  await (fill ?? (() => writeBulk(pool, { count, endpoints, bodyBytes })))(rowhook)
  const go = () => pool.query(`update webhooks.endpoints set paused_at = null where name like 'endpoint %'`)
  const sample = await measureDrain(bench, { count, delayMs, workerCpuMs, storeCpuMs: server.cpuMs, go, settled })
  const more = await inspect?.(rowhook)
  await stop()
  return { ...sample, ...more }
}
