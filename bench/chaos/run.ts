/** One chaos run from an empty directory to a verdict. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkRun } from './check.ts'
import { startDatabase, type Database } from './database.ts'
import { prepareDomain } from './domain.ts'
import { startFaults } from './faults.ts'
import { startFleet, type Fleet } from './fleet.ts'
import { startReceivers } from './ledger.ts'
import { planFaults, type Counts } from './plan.ts'
import { attributeDuplicates, measureRecovery } from './recovery.ts'
import { startWriters } from './writers.ts'

export type ChaosOptions = {
  readonly events: number
  readonly seed: number
  readonly counts: Counts
  readonly workers: number
  /** events a second, at most */
  readonly rate: number
  /** keep the directory with logs, ledger and database */
  readonly keep: boolean
  readonly say: (line: string) => void
}

/** After the last event and the last fault: the longest chain of retries takes 8 s, a frozen worker 14 s. */
const SETTLE_MS = 90_000
/** Promised by docs/reliability.md. */
const MAX_RECOVERY_MS = 5_000
const MAX_FREEZE_RECOVERY_MS = 30_000

const countWorkers = async ({ pool }: Database): Promise<number> => (await pool.query('select from webhooks_private.workers')).rowCount ?? 0

export const runChaos = async ({ events, seed, counts, workers, rate, keep, say }: ChaosOptions) => {
  const startedMs = performance.now()
  const directory = mkdtempSync(join(tmpdir(), 'rowhook-chaos-'))
  chmodSync(directory, 0o755) // the server's account must get in when this process is root
  const database = await startDatabase(directory)
  const receivers = await startReceivers(seed, join(directory, 'ledger.ndjson'))
  let fleet: Fleet | undefined
  try {
    const endpoints = await prepareDomain(database.pool, receivers.port)
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const writeMs = Math.max((events / rate) * 1_000, total * 1_500)
    const plan = planFaults(seed, counts, writeMs)
    say(`${events} events to ${endpoints} endpoints, ${workers} workers, ${total} faults over ${Math.round(writeMs / 1_000)} s; files in ${directory}`)

    const running = startFleet({ databaseUrl: database.url, port: receivers.port, size: workers, directory })
    fleet = running
    while ((await countWorkers(database)) < workers) await sleep(50)
    const faults = startFaults(plan, database, running)
    const writers = startWriters(database.url, { seed, events, ratePerSecond: events / (writeMs / 1_000) })

    const countOpen = async (): Promise<number> => {
      const { rows } = await database.pool.query<{ count: string }>(`select count(*) from webhooks.deliveries where status in ('pending', 'retrying')`)
      return Number(rows[0]!.count)
    }
    let isOver = false
    const chatter = (async () => {
      while (!isOver) {
        await sleep(5_000, undefined, { ref: false })
        if (!isOver) say(`${Math.round((performance.now() - startedMs) / 1_000)} s: ${writers.events()} events, ${faults.incidents.length} faults, ${await countOpen().catch(() => 'unknown')} open`)
      }
    })()
    await Promise.all([faults.done, writers.done])
    say('all written; waiting for what is open')
    const deadlineMs = performance.now() + SETTLE_MS
    while (performance.now() < deadlineMs && (await countOpen()) > 0) await sleep(200)
    isOver = true

    const codes = await running.stop()
    const { unexpected } = running
    fleet = undefined
    void chatter
    const receipts = await receivers.close()
    const verdict = await checkRun(database.pool, receipts, writers.acknowledged)
    const recovery = measureRecovery(faults.incidents, receipts)
    const broken = [
      ...verdict.broken,
      ...unexpected,
      ...codes.filter((code) => code !== 0).map((code) => `a worker that was told to stop ended by ${code}`),
    ]
    /** Beyond what is promised; on a machine that is busy with something else that happens. */
    const slow = [
      ...(recovery.worstRecoveryMs > MAX_RECOVERY_MS ? [`a killed worker's deliveries waited ${recovery.worstRecoveryMs} ms`] : []),
      ...(recovery.worstFreezeRecoveryMs > MAX_FREEZE_RECOVERY_MS ? [`a frozen worker's deliveries waited ${recovery.worstFreezeRecoveryMs} ms`] : []),
    ]
    const of = (kind: string) => faults.incidents.filter((incident) => incident.kind === kind).length
    return {
      seed,
      events: verdict.events,
      deliveries: verdict.deliveries,
      kills: of('kill'),
      lost: verdict.lost,
      duplicates: verdict.duplicates,
      ...recovery,
      duplicatesAfter: attributeDuplicates(faults.incidents, receipts),
      requests: receipts.length,
      succeeded: verdict.succeeded,
      failed: verdict.failed,
      stops: of('term'),
      freezes: of('freeze'),
      databaseCrashes: of('database'),
      connectionCuts: of('terminate'),
      longestDatabaseAwayMs: faults.awayMs(),
      workers,
      endpoints,
      seconds: Math.round((performance.now() - startedMs) / 1_000),
      slow,
      broken,
    }
  } finally {
    await fleet?.stop()
    await database.close()
    if (!keep) rmSync(directory, { recursive: true, force: true })
  }
}
