/** A database, a receiver on loopback and real workers, for tests of what the engine does end to end. */
import * as assert from 'uvu/assert'
import type { LogLine } from './log-lines.ts'
import { createLogLines } from './log-lines.ts'
import { launchWorker, type WorkerSettings } from '../../../src/wiring.ts'
import type { Worker } from '../../../src/worker/worker.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { deprecations } from '../../support/deprecations.ts'
import { createEndpoint, deliveriesOf, type DeliveryRow, type EndpointColumns } from '../../support/endpoints.ts'
import { assertNoSecret } from '../../support/no-secrets.ts'
import { createReceiver, type Answer, type ReceivedRequest, type Receiver, type Responder } from '../../support/receiver.ts'
import { waitFor } from '../../support/wait.ts'

/** One path of the receiver, with an endpoint of a tenant of its own that posts there. */
export type Hook = {
  readonly endpointId: string
  readonly tenant: string
  readonly url: string
  /** what came to this path, in the order of arrival */
  readonly requests: () => readonly ReceivedRequest[]
  readonly respond: (answer: number | Answer | Responder) => void
  /** the n-th request to this path (1 for the first), waited for */
  readonly waitForRequest: (n: number, deadlineMs?: number) => Promise<ReceivedRequest>
  /** records an event in a statement of its own and gives its delivery, which is open */
  readonly publish: (data?: string, resource?: string) => Promise<DeliveryRow>
}

export type AttemptRow = {
  readonly number: number
  readonly status: number | null
  readonly error_kind: string | null
  readonly error: string | null
  readonly response_body: string | null
  readonly response_headers: Record<string, string> | null
  readonly request_headers: Record<string, string>
  readonly started_at: Date
}

/** An open delivery has more columns than tests of SQL look at. */
export type FullDelivery = DeliveryRow & { readonly last_error: string | null; readonly response_code: number | null }

export type Engine = {
  readonly db: TestDatabase
  readonly receiver: Receiver
  /** lines that the workers logged */
  readonly lines: readonly LogLine[]
  /** the worker that `startEngine` started, or the latest one */
  readonly worker: () => Worker
  /** starts a further worker; `close` stops it */
  readonly launch: (settings?: Partial<WorkerSettings>) => Promise<Worker>
  readonly hook: (columns?: EndpointColumns, answer?: number | Answer | Responder) => Promise<Hook>
  readonly delivery: (id: string) => Promise<FullDelivery>
  readonly attempts: (deliveryId: string) => Promise<AttemptRow[]>
  /** waits until the delivery has this status, and gives it */
  readonly waitForStatus: (deliveryId: string, status: string, deadlineMs?: number) => Promise<FullDelivery>
  readonly endpoint: (id: string) => Promise<Record<string, unknown>>
  /** what webhooks.endpoint_health says */
  readonly health: (id: string) => Promise<Record<string, unknown>>
  /** also asks that nothing deprecated was used */
  readonly close: () => Promise<void>
}

/** Short waits, so that a retry comes at once; unlimited, so that a test is about one thing. */
const QUICK: EndpointColumns = { rate_limit: null, retry_schedule: '{20 milliseconds}' }

/** Starts a worker on a fresh database. */
export const startEngine = async (settings: Partial<WorkerSettings> = {}): Promise<Engine> => {
  const db = await createTestDatabase({ template: 'core' })
  await db.pool.query('update webhooks.settings set tenant_rate_limit = 1000000, circuit_failures = 1000, circuit_failure_rate = 1')
  const receiver = await createReceiver()
  const byPath = new Map<string, Responder>()
  const received = new Map<string, ReceivedRequest[]>()
  receiver.respond((request, number, response) => {
    received.get(request.path)?.push(request)
    return (byPath.get(request.path) ?? (() => 404))(request, number, response)
  })
  const { log, lines } = createLogLines()
  const workers: Worker[] = []

  const launch: Engine['launch'] = async (more = {}) => {
    const worker = await launchWorker({
      databaseUrl: db.url,
      allowHttp: true,
      allowNets: ['127.0.0.1'],
      allowPorts: 'any',
      concurrency: 100,
      maxAttempts: 5,
      timeoutMs: 5_000,
      retryDelayMs: 60_000,
      outboundEnabled: true,
      log,
      ...settings,
      ...more,
    })
    workers.push(worker)
    await worker.ready
    return worker
  }
  await launch()

  let hooks = 0
  const hook: Engine['hook'] = async (columns = {}, answer = 200) => {
    const tenant = (columns['tenant_id'] as string | undefined) ?? `tenant ${++hooks}`
    const path = `/hook-${++hooks}`
    const url = new URL(path, receiver.url).href
    const respond: Hook['respond'] = (next) => void byPath.set(path, typeof next === 'function' ? next : () => next)
    respond(answer)
    const endpointId = await createEndpoint(db.pool, { ...QUICK, tenant_id: tenant, url, ...columns })
    const arrived: ReceivedRequest[] = []
    received.set(path, arrived)
    const requests = () => arrived
    return {
      endpointId,
      tenant,
      url,
      requests,
      respond,
      waitForRequest: (n, deadlineMs = 20_000) => waitFor(() => requests()[n - 1], { deadlineMs, what: `request ${n} at ${path}` }),
      publish: async (data = '{"n":1}', resource) => {
        const { rows } = await db.pool.query<{ id: string }>(
          `insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
           values ($1, 'test.event', case when $3::text is not null then 'thing' end, $3, $2) returning id`,
          [tenant, data, resource],
        )
        const deliveries = await deliveriesOf(db.pool, endpointId)
        return deliveries.find(({ event_id }) => event_id === rows[0]!.id)!
      },
    }
  }

  const delivery: Engine['delivery'] = async (id) => (await db.pool.query<FullDelivery>('select * from webhooks.deliveries where id = $1', [id])).rows[0]!

  return {
    db,
    receiver,
    lines,
    worker: () => workers.at(-1)!,
    launch,
    hook,
    delivery,
    attempts: async (id) => (await db.pool.query<AttemptRow>('select * from webhooks.attempts where delivery_id = $1 order by number', [id])).rows,
    waitForStatus: (id, status, deadlineMs = 20_000) =>
      waitFor(
        async () => {
          const row = await delivery(id)
          return row.status === status && row
        },
        { deadlineMs, what: `delivery ${id} to be ${status}` },
      ),
    endpoint: async (id) => (await db.pool.query<Record<string, unknown>>('select * from webhooks.endpoints where id = $1', [id])).rows[0]!,
    health: async (id) => (await db.pool.query<Record<string, unknown>>('select * from webhooks.endpoint_health where endpoint_id = $1', [id])).rows[0]!,
    close: async () => {
      await Promise.all(workers.map((worker) => worker.stop(0)))
      await receiver.close()
      await db.drop()
      assertNoSecret(lines)
      assert.equal(deprecations, [], 'a worker uses nothing that is deprecated')
    },
  }
}
