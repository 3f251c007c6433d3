/** A registry of lanes without sweeper and without graphile-worker, whose steps a test sees and holds back. */
import pg from 'pg'
import { addressPolicy } from '../../../src/core/address.ts'
import { createLaneStore } from '../../../src/database/lane-store.ts'
import { takeLanes } from '../../../src/database/lane-endpoints.ts'
import { heldLocks, keepReading, putOnCall, releaseLanes } from '../../../src/database/lanes.ts'
import { openLockSession, workerUrl } from '../../../src/database/session.ts'
import type { LaneStore } from '../../../src/delivery/registry-deps.ts'
import type { Registry } from '../../../src/delivery/registry.ts'
import { createSender } from '../../../src/http/sender.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createReceiver, type Receiver } from '../../support/receiver.ts'
import { waitFor } from '../../support/wait.ts'
import { createTestRegistry } from './registry.ts'

/** The steps of a lane. */
export type Step = 'take' | 'release' | 'look' | 'putOnCall' | 'loadCalled' | 'keepReading'
/** Runs before the n-th call of a step, which waits for it. */
export type Before = (step: Step, nth: number, tenant: string) => Promise<void>

export type Lanes = {
  readonly db: TestDatabase
  readonly receiver: Receiver
  readonly registry: Registry
  /** in the order of their calls, since the last `goIdleWith` */
  readonly steps: Step[]
  /** an event of a tenant, by whoever; gives its id */
  readonly emit: (client: pg.Client | pg.Pool, tenant: string) => Promise<string>
  readonly received: (eventId: string) => boolean
  /** wake-up jobs of a lane */
  readonly jobsOf: (endpointId: string) => Promise<number>
  /** waits until the lane is given back, or rests on call, and nobody looks at it any more */
  readonly idle: () => Promise<unknown>
  /** an endpoint of a tenant of its own, whose lane is taken, delivers one event and goes idle, while somebody acts at its steps */
  readonly goIdleWith: (act: Before) => Promise<{ readonly endpointId: string; readonly tenant: string }>
  readonly close: () => Promise<void>
}

const tell = (reason: string): never => {
  throw new Error(reason)
}

/** @param isOnCall whether lanes may rest on call; otherwise they are given back as soon as they are idle */
export const startLanes = async ({ isOnCall = false } = {}): Promise<Lanes> => {
  const db = await createTestDatabase({ template: 'core' })
  const receiver = await createReceiver()
  const pool = new pg.Pool({ connectionString: workerUrl(db.url), max: 5 })
  pool.on('error', () => undefined) // its end does not wait for its sessions, which the drop of the database may be the one to end
  const locks = await openLockSession(db.url)
  const sender = createSender({ policy: addressPolicy({ allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any' }) })
  const queries = createLaneStore(pool)
  const steps: Step[] = []
  let before: (step: Step, nth: number) => Promise<void> = () => Promise.resolve()

  const passing = async <T>(step: Step, run: () => Promise<T>): Promise<T> => {
    steps.push(step)
    await before(step, steps.filter((each) => each === step).length)
    return run()
  }

  const store: LaneStore = {
    ...queries,
    heldLocks: (ids) => heldLocks(locks.connection, ids),
    take: (ids) => passing('take', () => takeLanes(locks.connection, ids)),
    release: (ids, onCall) => passing('release', () => releaseLanes(locks.connection, ids, onCall)),
    look: (ids) => passing('look', () => queries.look(ids)),
    ...(isOnCall
      ? {
          putOnCall: (ids) => passing('putOnCall', () => putOnCall(locks.connection, ids)),
          loadCalled: (ids) => passing('loadCalled', () => queries.loadEndpoints(ids)),
          keepReading: (ids) => passing('keepReading', () => keepReading(locks.connection, ids)),
        }
      : undefined),
  }

  const registry = createTestRegistry({ pool, store, sender, onTrouble: (error) => tell(String(error)), onBroken: tell })
  await locks.listen((endpointId, looks) => registry.call(endpointId, looks))
  await db.pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}', tenant_rate_limit = 1000000`)

  let tenants = 0
  const received: Lanes['received'] = (eventId) => receiver.requests.some(({ headers }) => headers['webhook-id'] === eventId)

  const emit: Lanes['emit'] = async (client, tenant) => {
    const { rows } = await client.query<{ id: string }>(`select webhooks.emit('test.event', '{}', $1) as id`, [tenant])
    return rows[0]!.id
  }

  return {
    db,
    receiver,
    registry,
    steps,
    emit,
    received,
    jobsOf: async (endpointId) => {
      const { rows } = await db.pool.query<{ jobs: number }>(`select count(*)::integer as jobs from graphile_worker.jobs where key like $1`, [`lane:${endpointId}%`])
      return rows[0]!.jobs
    },
    idle: () => waitFor(() => ['lanes', 'watched', 'inFlight'].every((each) => registry.vitals()[each as 'lanes'] === 0), { what: 'the lane to be idle' }),
    goIdleWith: async (act) => {
      const tenant = `tenant ${++tenants}`
      const { rows } = await db.pool.query<{ id: string }>(
        `insert into webhooks.endpoints (tenant_id, url, events, rate_limit, retry_schedule) values ($1, $2, '{*}', null, '{20 milliseconds}') returning id`,
        [tenant, receiver.url],
      )
      const endpointId = rows[0]!.id
      const first = await emit(db.pool, tenant)
      steps.length = 0
      before = (step, nth) => act(step, nth, tenant)
      await registry.offer(endpointId)
      await waitFor(() => received(first), { what: 'the first event' })
      return { endpointId, tenant }
    },
    close: async () => {
      before = () => Promise.resolve()
      await registry.stop(1_000)
      await locks.close()
      await pool.end()
      await sender.close()
      await receiver.close()
      await db.drop()
    },
  }
}
