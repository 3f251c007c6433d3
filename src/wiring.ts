/** The one place that builds pool, sender and clock, and hands them to the use cases. */
import { setTimeout as sleep } from 'node:timers/promises'
import { packageVersion } from './config/package.ts'
import type { Config } from './config/load.ts'
import { addressPolicy } from './core/address.ts'
import { evaluateAlerts, noteTold, pendingNotices, setAlerts } from './database/alerts.ts'
import { checkArming, placeOf } from './database/arming.ts'
import { applyEnvironmentEndpoints } from './database/environment-endpoints.ts'
import { createLaneStore } from './database/lane-store.ts'
import { checkPool, createPool, cutConnections } from './database/pool.ts'
import { chainAuditLog } from './database/audit.ts'
import { isRefusal, recordResults, setAside } from './database/results.ts'
import { readQueueFigures } from './database/queue-figures.ts'
import { workerUrl } from './database/session.ts'
import { sealPlain } from './database/sealing.ts'
import { addTraffic } from './database/traffic.ts'
import { mirrorSettings } from './database/settings.ts'
import { claimRound, closeDeadLanes, disableFailing, freeOrphanedJobs, reapWorkers, sweepLanes, unlockJobs } from './database/workers.ts'
import { tellAlerts } from './delivery/alerting.ts'
import { createCircles } from './delivery/circles.ts'
import { systemClock } from './delivery/clock.ts'
import { createMemories } from './delivery/memory.ts'
import { createOpening } from './delivery/opening.ts'
import { createPlaces } from './delivery/places.ts'
import { createRecorder } from './delivery/recorder.ts'
import { createCounters, type CountedBy } from './delivery/counters.ts'
import type { Log } from './delivery/registry-deps.ts'
import { createTokenSource } from './http/oauth.ts'
import { createSender, type Sender } from './http/sender.ts'
import { alertChannels } from './wiring/alert-channels.ts'
import { keyringOf } from './wiring/keyring.ts'
import { reportTraffic } from './wiring/report-traffic.ts'
import { createCloneGuard } from './worker/clone-guard.ts'
import { createMetrics } from './metrics/metrics.ts'
import type { Metrics } from './metrics/scrape.ts'
import { createAuditChain } from './worker/audit-chain.ts'
import { startSealer } from './worker/sealer.ts'
import { startWorker, type Worker } from './worker/worker.ts'

export type WorkerSettings = Pick<Config, 'concurrency' | 'allowHttp' | 'allowNets' | 'maxAttempts' | 'timeoutMs' | 'retryDelayMs' | 'outboundEnabled'> & {
  readonly databaseUrl: string
  readonly allowPorts: readonly number[] | 'any'
  readonly log: Log
  /** where alerts are told, beside operational events and webhooks.alerts */
  readonly smtpUrl?: string | undefined
  readonly slackWebhookUrl?: string | undefined
  /** where the database is, as the clone guard tells it from copies; default host and port of `databaseUrl` */
  readonly place?: string
  /** `ROWHOOK_DEPLOYMENT`, which tells it from copies as well */
  readonly deployment?: string | undefined
  /** `WEBHOOK_URLS` and `WEBHOOK_SECRET`: endpoints of tenant `default` that are made to agree with them at the start */
  readonly urls?: readonly string[]
  readonly secret?: string | undefined
  /** `WEBHOOK_SECRETS_KEY`: the first seals secrets at rest, all of them open; none: secrets lie as they are */
  readonly secretsKeys?: readonly Uint8Array[]
  /** what attempts are counted by in metrics, beside their type */
  readonly metricsLabels?: readonly CountedBy[]
  /** collector of OpenTelemetry to which attempts that belong to a trace are told; `undefined`: none */
  readonly otlpEndpoint?: string | undefined
  /** what sends; for tests that need a resolver or certificates of their own */
  readonly sender?: Sender
  /** a worker without a sign of life for so long is declared dead by the others */
  readonly staleAfterMs?: number
  /** how long a lane rests whose secrets do not open */
  readonly sealedHoldMs?: number
  /** the database ends a statement of this worker after so long, upkeep apart; 30,000 by default */
  readonly statementTimeoutMs?: number
  /** a lane that is due and free for so long raises an alert */
  readonly unservedAfterMs?: number
}

export type LaunchedWorker = Worker & {
  /** what it tells Prometheus; made when it is asked for first */
  readonly metrics: () => Metrics
}

/** Connections of a worker beside its lock connection and the listener of graphile-worker: reads, two record batches, jobs, rounds. */
const POOL_SIZE = 12
/** A thousand times what the slowest takes: the largest batch of results. One that lasts so long waits for a lock, or for nobody. */
const STATEMENT_TIMEOUT_MS = 30_000
const STALE_AFTER_MS = 10_000
const POOL_END_MS = 2_000

/**
 * Starts a worker on a migrated database. It keeps itself alive until `stop`.
 * @throws RowhookError WHDBC where the database cannot be reached, WHNET for networks that are none, WHURL and its like for a URL of `urls`
 */
export const launchWorker = async (settings: WorkerSettings): Promise<LaunchedWorker> => {
  const { log, staleAfterMs = STALE_AFTER_MS, statementTimeoutMs = STATEMENT_TIMEOUT_MS } = settings
  const onError = (error: Error) => log.warn({ err: error }, 'a connection broke')
  const pool = createPool({ databaseUrl: workerUrl(settings.databaseUrl), name: 'rowhook worker', max: POOL_SIZE, statementTimeoutMs, onError })
  const keyring = keyringOf(settings)
  const policy = addressPolicy({ allowHttp: settings.allowHttp, allowNets: settings.allowNets, allowPorts: settings.allowPorts })
  try {
    await checkPool(pool)
    await mirrorSettings(pool, settings)
    await applyEnvironmentEndpoints(pool, keyring, settings.urls ?? [], settings.secret ?? '')
  } catch (error) {
    await pool.end()
    throw error
  }
  const sender = settings.sender ?? createSender({ policy })
  const places = createPlaces(settings.concurrency)
  const whereabouts = { place: settings.place ?? placeOf(settings.databaseUrl), deployment: settings.deployment }
  const guard = createCloneGuard({
    clock: systemClock,
    log,
    // Where nothing is sent anyway, nothing is armed either.
    check: () => (settings.outboundEnabled ? checkArming(pool, whereabouts) : Promise.resolve({ armed: true, reason: null })),
  })

  const lanes = createLaneStore(pool)

  const counters = createCounters(settings.metricsLabels)
  const traffic = reportTraffic(counters, (sums) => addTraffic(pool, sums), log)

  const sealer = keyring.newest === undefined ? undefined : startSealer({ seal: () => sealPlain(pool, keyring), log })

  const spans = settings.otlpEndpoint === undefined ? undefined : (await import('./wiring/span-exporter.ts')).createSpanExporter(settings.otlpEndpoint)
  const worker = startWorker({
    databaseUrl: settings.databaseUrl,
    version: packageVersion,
    userAgent: `Rowhook/${packageVersion}`,
    pool,
    log,
    sender,
    clock: systemClock,
    tokens: createTokenSource(sender, systemClock.monotonicMs),
    places,
    memories: createMemories(),
    counters,
    onSpan: spans?.onSpan,
    circles: createCircles(),
    mayDeliver: () => settings.outboundEnabled && guard.isArmed(),
    guard,
    tellAlerts: () =>
      tellAlerts({
        evaluate: () => traffic.flush().then(() => evaluateAlerts(pool)),
        pending: (channel) => pendingNotices(pool, channel),
        noteTold: (channel, alertIds) => noteTold(pool, channel, alertIds),
        channels: alertChannels(settings),
        log,
      }),
    store: lanes,
    openEndpoints: createOpening({ keyring, hold: lanes.holdLane, clock: systemClock, log, holdMs: settings.sealedHoldMs }),
    createRecorder: (workerId) =>
      createRecorder({
        record: (results) => recordResults(pool, workerId, results),
        isRefusal,
        setAside: (result, refusal) => {
          log.error({ err: refusal, deliveryId: result.deliveryId, endpointId: result.endpointId }, 'a delivery was quarantined: its result is refused again and again')
          return setAside(pool, result, refusal)
        },
        onTrouble: (error, results) => log.error({ err: error, results }, 'results could not be recorded; trying again'),
        signal: places.stopRecording.signal,
      }),
    cutConnections: () => cutConnections(pool),
    unlockJobs: (poolIds) => unlockJobs(pool, poolIds),
    claimRound: (name, selfId) => claimRound(pool, name, selfId),
    sweep: () => sweepLanes(pool),
    reap: (selfId) => reapWorkers(pool, selfId, staleAfterMs, (error) => log.error({ err: error }, 'the lock connection of a frozen worker could not be ended')),
    staleAfterMs,
    ...(settings.unservedAfterMs === undefined ? undefined : { unservedAfterMs: settings.unservedAfterMs }),
    closeDeadLanes: () => closeDeadLanes(pool),
    chainAudit: createAuditChain(() => chainAuditLog(pool), log, systemClock.monotonicMs),
    disableFailing: () => disableFailing(pool),
    freeOrphanedJobs: () => freeOrphanedJobs(pool),
    onUnserved: (unserved) =>
      setAlerts(pool, 'unserved_lane', unserved.map(({ endpointId, overdueMs }) => ({
        subject: endpointId,
        summary: `Deliveries of endpoint ${endpointId} are due, and no worker serves its lane.`,
        details: { overdueSeconds: Math.round(overdueMs / 10_000) * 10 },
      }))),
  })

  const stop = async (graceMs?: number): Promise<void> => {
    await worker.stop(graceMs)
    await sealer?.stop()
    await traffic.stop()
    await spans?.stop()
    if (settings.sender === undefined) await sender.close()
    // A connection that waits for an answer that never comes does not keep the process.
    await Promise.race([pool.end(), sleep(POOL_END_MS, undefined, { ref: false })])
  }
  let metrics: Metrics | undefined
  const makeMetrics = () =>
    createMetrics({
      process: () => ({ ...counters, ...worker.vitals(), pool: { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount } }),
      queue: () => readQueueFigures(pool),
      nowMs: systemClock.monotonicMs,
    })
  let stopping: Promise<void> | undefined
  return { ...worker, metrics: () => (metrics ??= makeMetrics()), stop: (graceMs) => (stopping ??= stop(graceMs)) }
}
