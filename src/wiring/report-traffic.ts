/** Adds what the counters of this process have grown by to the database's sums, now and then. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Traffic } from '../database/traffic.ts'
import type { Counters } from '../delivery/counters.ts'
import type { Log } from '../delivery/registry-deps.ts'

const PERIOD_MS = 10_000
/** A database that is away does not keep the process. */
const LAST_MS = 1_000

const read = ({ succeeded, retrying, failed, durations }: Counters): Traffic => ({
  attempts: succeeded + retrying + failed,
  retried: retrying,
  succeeded,
  failed,
  durations: [...durations.counts],
})

const difference = (now: Traffic, before: Traffic): Traffic => ({
  attempts: now.attempts - before.attempts,
  retried: now.retried - before.retried,
  succeeded: now.succeeded - before.succeeded,
  failed: now.failed - before.failed,
  durations: now.durations.map((count, place) => count - (before.durations[place] ?? 0)),
})

export type TrafficReport = {
  /** adds what is new; what could not be added is added next time */
  readonly flush: () => Promise<void>
  readonly stop: () => Promise<void>
}

export const reportTraffic = (counters: Counters, add: (traffic: Traffic) => Promise<void>, log: Log): TrafficReport => {
  let reported = read(counters)
  let underWay: Promise<void> | undefined

  const report = async (): Promise<void> => {
    const now = read(counters)
    const news = difference(now, reported)
    if (news.attempts === 0) return
    try {
      await add(news)
      reported = now
    } catch (error) {
      log.debug({ err: error }, 'traffic could not be reported; it will be')
    }
  }
  const flush = (): Promise<void> => (underWay ??= report().finally(() => (underWay = undefined)))
  const timer = setInterval(() => void flush(), PERIOD_MS).unref()

  return {
    flush,
    stop: async () => {
      clearInterval(timer)
      await Promise.race([flush(), sleep(LAST_MS, undefined, { ref: false })])
    },
  }
}
