/** Everything that a worker tells Prometheus. No label holds a tenant or an endpoint unless that is wanted: their number has no bound. */
import { Counter, Gauge, Registry } from 'prom-client'
import type { QueueFigures } from '../database/queue-figures.ts'
import { histogramText, type CountedHistogram } from './histogram-text.ts'
import type { Metrics } from './scrape.ts'

type Outcomes = { readonly succeeded: number; readonly retrying: number; readonly failed: number }

/** What the process has done since it started. */
export type ProcessFigures = {
  readonly byType: ReadonlyMap<string, Outcomes>
  readonly byTenant: ReadonlyMap<string, Outcomes> | undefined
  readonly byEndpoint: ReadonlyMap<string, Outcomes> | undefined
  readonly recovered: number
  readonly postponed: number
  readonly retryReasons: ReadonlyMap<string, number>
  readonly lost: number
  readonly failedSteps: number
  readonly paceWaits: number
  readonly tenantWaits: number
  readonly durations: CountedHistogram
  readonly firstAttempts: CountedHistogram
  readonly successes: CountedHistogram
  readonly inFlight: number
  readonly lanes: number
  readonly pool: { readonly total: number; readonly idle: number; readonly waiting: number }
}

export type MetricsDeps = {
  readonly process: () => ProcessFigures
  /** asked at most every 5 seconds, however many scrape */
  readonly queue: () => Promise<QueueFigures>
  readonly nowMs: () => number
}

const QUEUE_AGE_MS = 5_000
/** A scrape does not wait longer for a database that hangs. */
const QUEUE_DEADLINE_MS = 2_000

type Sample = readonly [labels: Record<string, string>, value: number]

export const createMetrics = (deps: MetricsDeps): Metrics => {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]

  let figures: ProcessFigures
  let queue: QueueFigures | undefined
  let askedMs = -Infinity

  const counter = (name: string, help: string, labelNames: string[], samples: () => Sample[]) =>
    new Counter({ name, help, labelNames, registers, collect() {
      this.reset()
      for (const [labels, value] of samples()) this.inc(labels, value)
    } })
  const gauge = (name: string, help: string, labelNames: string[], samples: () => Sample[]) =>
    new Gauge({ name, help, labelNames, registers, collect() {
      const now = samples()
      this.reset()
      if (now.length === 0 && labelNames.length === 0) this.remove() // what is not known is left out: 0 would be a lie
      for (const [labels, value] of now) this.set(labels, value)
    } })
  const one = (value: number): Sample[] => [[{}, value]]
  const fromQueue = (read: (queue: QueueFigures) => Sample[]) => () => (queue === undefined ? [] : read(queue))

  const outcomesBy = (label: string, counted: ReadonlyMap<string, Outcomes> | undefined) => [...(counted ?? [])].flatMap(([name, outcomes]) => Object.entries(outcomes).map(([outcome, value]): Sample => [{ [label]: name, outcome }, value]))

  counter('rowhook_attempts_total', 'Attempts by event type and outcome: succeeded, retrying (is tried again), failed (for good).', ['event_type', 'outcome'], () => outcomesBy('event_type', figures.byType))
  counter('rowhook_tenant_attempts_total', 'Attempts by tenant and outcome, with METRICS_LABELS=tenant; beyond a thousand tenants the others together.', ['tenant', 'outcome'], () => outcomesBy('tenant', figures.byTenant))
  counter('rowhook_endpoint_attempts_total', 'Attempts by endpoint and outcome, with METRICS_LABELS=endpoint; beyond a thousand endpoints the others together.', ['endpoint', 'outcome'], () => outcomesBy('endpoint', figures.byEndpoint))
  counter('rowhook_recovered_total', 'Deliveries that succeeded after they had failed or expired and were sent again.', [], () => one(figures.recovered))
  counter('rowhook_postponed_total', 'Deliveries that were postponed, because their receiver seems to write back in circles.', [], () => one(figures.postponed))
  counter('rowhook_retries_total', 'Attempts after which the delivery is tried again, by what went wrong.', ['reason'], () => [...figures.retryReasons].map(([reason, value]): Sample => [{ reason }, value]))
  counter('rowhook_attempts_lost_total', 'Attempts whose result another writer had recorded before.', [], () => one(figures.lost))
  counter('rowhook_failed_steps_total', 'Steps of deliveries that failed on our side; what was not recorded is repeated.', [], () => one(figures.failedSteps))
  counter('rowhook_rate_limit_waits_total', 'Times that a lane waited for a rate limit, of its endpoint or its tenant.', ['scope'], () => [[{ scope: 'endpoint' }, figures.paceWaits], [{ scope: 'tenant' }, figures.tenantWaits]])
  gauge('rowhook_in_flight', 'Requests under way in this process.', [], () => one(figures.inFlight))
  gauge('rowhook_lanes', 'Lanes that this process serves.', [], () => one(figures.lanes))
  gauge('rowhook_pool_connections', 'Connections of this process to the database; waiting are those who wait for one.', ['state'], () => Object.entries(figures.pool).map(([state, value]): Sample => [{ state }, value]))
  gauge('rowhook_database_up', 'Whether the database answered this scrape.', [], () => one(queue === undefined ? 0 : 1))
  gauge('rowhook_backlog', 'Deliveries that are due and not sent yet, counted up to 10,000. The same from every worker.', [], fromQueue(({ due }) => one(due)))
  gauge('rowhook_backlog_age_seconds', 'How long the delivery that waits longest has been due, of endpoints that may be sent to. The same from every worker.', [], fromQueue(({ dueAgeSeconds }) => one(dueAgeSeconds)))
  gauge('rowhook_dead_letters', 'Deliveries that failed for good, counted up to 10,000. The same from every worker.', [], fromQueue(({ deadLetters }) => one(deadLetters)))
  gauge('rowhook_circuits', 'Active endpoints by the state of their circuit: open (nothing is sent), half-open (one request is tried), closed. The same from every worker.', ['state'], fromQueue(({ circuits, endpointsActive }) => {
    const known = Object.entries(circuits)
    return [...known, ['closed', known.reduce((left, [, count]) => left - count, endpointsActive)] as const].map(([state, value]): Sample => [{ state }, value])
  }))
  gauge('rowhook_lanes_held', 'Endpoints to which nothing is sent for the moment. The same from every worker.', [], fromQueue(({ held }) => one(held)))
  gauge('rowhook_endpoints_active', 'Endpoints that are active. The same from every worker.', [], fromQueue(({ endpointsActive }) => one(endpointsActive)))
  gauge('rowhook_workers', 'Workers that live, by whether they gave a sign of life in the last 10 seconds. The same from every worker.', ['state'], fromQueue((q) => [[{ state: 'alive' }, q.workersAlive], [{ state: 'silent' }, q.workersSilent]]))
  gauge('rowhook_alerts_open', 'Open alerts by kind (webhooks.alerts). The same from every worker.', ['kind'], fromQueue(({ alertsOpen }) => Object.entries(alertsOpen).map(([kind, value]): Sample => [{ kind }, value])))
  gauge('rowhook_sending', '0: sending is switched off (settings.sending). The same from every worker.', [], fromQueue(({ sending }) => one(sending ? 1 : 0)))

  const ask = async (): Promise<void> => {
    askedMs = deps.nowMs()
    const deadline = AbortSignal.timeout(QUEUE_DEADLINE_MS)
    const isLate = new Promise<undefined>((resolve) => deadline.addEventListener('abort', () => resolve(undefined)))
    queue = await Promise.race([deps.queue().catch(() => undefined), isLate])
  }

  let asking: Promise<void> | undefined
  /** Two scrapers, or a dashboard that is in a hurry, do not ask the database twice; one that comes meanwhile waits for the same answer. */
  const refresh = (): Promise<void> | undefined => {
    if (asking === undefined && deps.nowMs() - askedMs >= QUEUE_AGE_MS) asking = ask().finally(() => (asking = undefined))
    return asking
  }

  return {
    text: async () => {
      await refresh()
      figures = deps.process()
      return [
        await registry.metrics(),
        histogramText('rowhook_attempt_duration_seconds', 'Duration of attempts.', figures.durations),
        histogramText('rowhook_first_attempt_seconds', 'From an event to the start of the first attempt of its delivery.', figures.firstAttempts),
        histogramText('rowhook_success_seconds', 'From an event to the success of its delivery.', figures.successes),
      ].join('\n')
    },
  }
}
