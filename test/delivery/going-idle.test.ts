/**
 * The protocol by which a lane goes idle, without sweeper and without jobs: whatever a writer that saw the lane owned
 * commits, and whenever it does, the owner finds it.
 */
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { createLaneStore } from '../../src/database/lane-store.ts'
import { takeLanes } from '../../src/database/lane-endpoints.ts'
import { releaseLanes, heldLocks, type Release } from '../../src/database/lanes.ts'
import { isRefusal, recordResults, setAside } from '../../src/database/results.ts'
import { openLockSession, workerUrl } from '../../src/database/session.ts'
import { systemClock } from '../../src/delivery/clock.ts'
import { createMemories } from '../../src/delivery/memory.ts'
import { createPlaces } from '../../src/delivery/places.ts'
import { createRecorder } from '../../src/delivery/recorder.ts'
import { createCircles } from '../../src/delivery/circles.ts'
import { createCounters } from '../../src/delivery/counters.ts'
import type { LaneStore } from '../../src/delivery/registry-deps.ts'
import { createRegistry, type Registry } from '../../src/delivery/registry.ts'
import { createTokenSource } from '../../src/http/oauth.ts'
import { createSender } from '../../src/http/sender.ts'
import { createTestDatabase } from '../support/database.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'

const goingIdle = suite('going idle')

const db = await createTestDatabase({ template: 'core' })
const receiver = await createReceiver()
const pool = new pg.Pool({ connectionString: workerUrl(db.url), max: 5 })
const locks = await openLockSession(db.url)
const sender = createSender({ policy: addressPolicy({ allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any' }) })

/** The steps of a lane in the order of their calls, each held back until `before` has run. */
type Step = 'take' | 'release' | 'look'
const steps: Step[] = []
let before: (step: Step, nth: number) => Promise<void> = () => Promise.resolve()

const passing = async (step: Step): Promise<void> => {
  steps.push(step)
  await before(step, steps.filter((each) => each === step).length)
}

const store: LaneStore = {
  ...createLaneStore(pool),
  heldLocks: (ids) => heldLocks(locks.connection, ids),
  take: async (ids) => {
    await passing('take')
    return takeLanes(locks.connection, ids)
  },
  release: async (ids): Promise<Release[]> => {
    await passing('release')
    return releaseLanes(locks.connection, ids)
  },
  look: async (ids) => {
    await passing('look')
    return createLaneStore(pool).look(ids)
  },
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

const registry: Registry = createRegistry({
  store,
  sender,
  clock: systemClock,
  tokens: createTokenSource(sender, systemClock.monotonicMs),
  userAgent: 'Rowhook/test',
  recorder: createRecorder({
    record: (results) => recordResults(pool, '00000000-0000-7000-8000-000000000000', results),
    isRefusal,
    setAside: (result, refusal) => setAside(pool, result, refusal),
    onTrouble: (error) => {
      throw error
    },
    signal: new AbortController().signal,
  }),
  places: createPlaces(100),
  memories: createMemories(),
  counters: createCounters(),
  circles: createCircles(),
  log: silent,
  isFresh: () => true,
  onBroken: (reason) => {
    throw new Error(reason)
  },
})

await db.pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}', tenant_rate_limit = 1000000`)

const makeEndpoint = async (tenant: string): Promise<string> => {
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into webhooks.endpoints (tenant_id, url, events, rate_limit) values ($1, $2, '{*}', null) returning id`,
    [tenant, receiver.url],
  )
  return rows[0]!.id
}

const jobsOf = async (endpointId: string): Promise<number> => {
  const { rows } = await db.pool.query<{ jobs: number }>(`select count(*)::integer as jobs from graphile_worker.jobs where key like $1`, [`lane:${endpointId}%`])
  return rows[0]!.jobs
}

const received = (eventId: string) => receiver.requests.some(({ headers }) => headers['webhook-id'] === eventId)

const emit = async (client: pg.Client | pg.Pool, tenant: string): Promise<string> => {
  const { rows } = await client.query<{ id: string }>(`select webhooks.emit('test.event', '{}', $1) as id`, [tenant])
  return rows[0]!.id
}

/** The lane is given back, and nobody looks at it any more. */
const idle = () =>
  waitFor(() => ['lanes', 'watched', 'inFlight'].every((each) => registry.vitals()[each as 'lanes'] === 0), { what: 'the lane to be idle' })

let tenants = 0

/** One lane that is taken, delivers one event, and goes idle, while `writer` acts at a step. */
const goIdleWith = async (act: (step: Step, nth: number, tenant: string) => Promise<void>): Promise<{ endpointId: string; tenant: string }> => {
  const tenant = `tenant ${++tenants}`
  const endpointId = await makeEndpoint(tenant)
  const first = await emit(db.pool, tenant)
  steps.length = 0
  before = (step, nth) => act(step, nth, tenant)
  await registry.offer(endpointId)
  await waitFor(() => received(first), { what: 'the first event' })
  return { endpointId, tenant }
}

const isolationLevels = ['read committed', 'repeatable read', 'serializable'] as const
const commitPoints = [
  ['before the unlock', 'release', 1],
  ['before the second look', 'look', 1],
  ['before the third look', 'look', 2],
  ['before the sixth look', 'look', 5],
] as const

for (const isolation of isolationLevels) {
  for (const [name, step, nth] of commitPoints) {
    goingIdle(`finds what a ${isolation} writer wrote while the lane was owned and committed ${name}`, async () => {
      const client = await db.connect()
      let eventId = ''
      const { endpointId } = await goIdleWith(async (at, count, tenant) => {
        if (at === 'release' && count === 1) {
          // The lane is owned and about to be given back: the writer sees it owned, and leaves no job.
          await client.query(`begin isolation level ${isolation}`)
          eventId = await emit(client, tenant)
        }
        if (at === step && count === nth) await client.query('commit')
      })
      await waitFor(() => eventId !== '' && received(eventId), { what: 'the event of the writer' })
      await idle()
      assert.is(await jobsOf(endpointId), 1, 'only the first writer, who found the lane free, left a job')
      await client.end()
    })
  }

  goingIdle(`a ${isolation} writer that comes after the unlock leaves a job`, async () => {
    const client = await db.connect()
    const { tenant } = await goIdleWith(() => Promise.resolve())
    await idle()
    await db.pool.query(`select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs))`)
    await client.query(`begin isolation level ${isolation}`)
    await emit(client, tenant)
    await client.query('commit')
    const { rows } = await db.pool.query<{ jobs: number }>(`select count(*)::integer as jobs from graphile_worker.jobs`)
    assert.is(rows[0]!.jobs, 1)
    await client.end()
  })
}

goingIdle('finds what the last of several open writers wrote, although the snapshot of the first look ends before all of them', async () => {
  const [early, late] = [await db.connect(), await db.connect()]
  let eventId = ''
  await goIdleWith(async (at, count, tenant) => {
    if (at === 'release' && count === 1) {
      await early.query('begin')
      await early.query('select pg_current_xact_id()')
      await late.query('begin')
      eventId = await emit(late, tenant)
    }
    if (at === 'look' && count === 1) await early.query('commit')
    if (at === 'look' && count === 4) await late.query('commit')
  })
  await waitFor(() => eventId !== '' && received(eventId), { what: 'the event of the last writer' })
  await idle()
  await Promise.all([early.end(), late.end()])
})

goingIdle('a writer that rolls back holds the lane up no longer than its transaction', async () => {
  const client = await db.connect()
  let eventId = ''
  await goIdleWith(async (at, count, tenant) => {
    if (at === 'release' && count === 1) {
      await client.query('begin')
      eventId = await emit(client, tenant)
    }
    if (at === 'look' && count === 3) await client.query('rollback')
  })
  await waitFor(() => steps.filter((each) => each === 'look').length >= 3, { what: 'three looks' })
  await idle()
  assert.not(received(eventId))
  await client.end()
})

goingIdle('a lane is looked at for about a second at most, however long a transaction stays open', async () => {
  const client = await db.connect()
  await client.query('begin')
  await client.query('select pg_current_xact_id()') // any open transaction with an id holds the horizon back
  await goIdleWith(() => Promise.resolve())
  await waitFor(() => steps.includes('look'), { what: 'a look' })
  await idle()
  const looks = steps.filter((each) => each === 'look').length
  assert.ok(looks >= 10 && looks <= 60, `${looks} looks`)
  await client.query('rollback')
  await client.end()
})

goingIdle.after(async () => {
  before = () => Promise.resolve()
  await registry.stop(1_000)
  await locks.close()
  await pool.end()
  await sender.close()
  await receiver.close()
  await db.drop()
})

goingIdle.run()
