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

/** After the last event and the last fault something must end within this time, again and again: a chain of retries takes 8 s. */
const STUCK_MS = 60_000
/** Open deliveries beyond which the writers wait. */
const BEHIND = 5_000
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
    const ratePerSecond = Math.min(rate, events / (total * 1.5))
    say(`${events} events to ${endpoints} endpoints, ${workers} workers, ${total} faults; files in ${directory}`)

    const running = startFleet({ databaseUrl: database.url, port: receivers.port, size: workers, directory })
    fleet = running
    while ((await countWorkers(database)) < workers) {
      if (running.unexpected.length > 0) throw new Error(running.unexpected.join('\n'))
      await sleep(50)
    }

    let open = 0
    const writers = startWriters(database.url, { seed, events, ratePerSecond, isBehind: () => open > BEHIND })
    const faults = startFaults(planFaults(seed, counts, events), database, running, writers.events)

    const countOpen = async (): Promise<number> => {
      const { rows } = await database.pool.query<{ count: string }>(`select count(*) from webhooks.deliveries where status in ('pending', 'retrying')`)
      return Number(rows[0]!.count)
    }
    let isWritten = false
    void Promise.all([faults.done, writers.done]).then(() => (isWritten = true))
    let fewest = Infinity
    let fewestAtMs = 0
    for (let round = 1; !isWritten || (open > 0 && performance.now() - fewestAtMs < STUCK_MS); round += 1) {
      await sleep(200)
      open = await countOpen().catch(() => open) // the database may be away
      if (!isWritten || open < fewest) {
        fewest = open
        fewestAtMs = performance.now()
      }
      if (round % 25 === 0) say(`${Math.round((performance.now() - startedMs) / 1_000)} s: ${writers.events()} events, ${faults.incidents.length} faults, ${open} open`)
    }

    const codes = await running.stop()
    const { unexpected } = running
    fleet = undefined
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
