/** Any step of a lane's life may throw, at any time: no lane is stranded by it, and everything is delivered. */
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { createLaneStore } from '../../src/database/lane-store.ts'
import { takeLanes } from '../../src/database/lane-endpoints.ts'
import { heldLocks, releaseLanes } from '../../src/database/lanes.ts'
import { openLockSession, workerUrl } from '../../src/database/session.ts'
import { sweepLanes } from '../../src/database/workers.ts'
import type { LaneStore } from '../../src/delivery/registry-deps.ts'
import { createSender } from '../../src/http/sender.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { createTestRegistry } from './support/registry.ts'

const db = await createTestDatabase({ template: 'core' })
const receiver = await createReceiver()
const pool = new pg.Pool({ connectionString: workerUrl(db.url), max: 5 })
pool.on('error', () => undefined) // the drop of the database may end its last session
const session = await openLockSession(db.url)
const sender = createSender({ policy: addressPolicy({ allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any' }) })

type StoreStep = keyof LaneStore

/** Which step fails, and how often still. `after`: what it does is done all the same, and only the answer is lost. */
let failing: { readonly step: StoreStep | 'record'; readonly when: 'before' | 'after' } | undefined
let failuresLeft = 0
let failed = 0

const fails = (step: StoreStep | 'record', when: 'before' | 'after'): boolean => {
  if (failing?.step !== step || failing.when !== when || failuresLeft === 0) return false
  failuresLeft -= 1
  failed += 1
  return true
}

/** What a step waits for before it does its work. */
const held = new Map<StoreStep | 'record', Promise<void>>()
/** How often each step was called. */
const calls = new Map<StoreStep | 'record', number>()
const callsOf = (step: StoreStep): number => calls.get(step) ?? 0

const passing = async <T>(step: StoreStep | 'record', work: () => Promise<T>): Promise<T> => {
  calls.set(step, (calls.get(step) ?? 0) + 1)
  await held.get(step)
  if (fails(step, 'before')) throw new Error(`${step} fails before`)
  const value = await work()
  if (fails(step, 'after')) throw new Error(`${step} fails after`)
  return value
}

const whole: LaneStore = {
  ...createLaneStore(pool),
  heldLocks: (ids) => heldLocks(session.connection, ids),
  take: (ids) => takeLanes(session.connection, ids),
  release: (ids) => releaseLanes(session.connection, ids),
}
const steps = Object.keys(whole) as StoreStep[]
const store = Object.fromEntries(steps.map((step) => [step, (...args: never[]) => passing(step, () => (whole[step] as (...args: never[]) => Promise<unknown>)(...args))])) as unknown as LaneStore

const broken: string[] = []
const registry = createTestRegistry({ pool, store, sender, aroundRecord: (record) => passing('record', record), onBroken: (reason) => void broken.push(reason) })

await db.pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}', circuit_failures = 3, circuit_open_min = '50 milliseconds', circuit_open_max = '100 milliseconds'`)

/** The sweeper and its jobs, ten times a second. */
const sweeper = setInterval(() => {
  sweepLanes(pool)
    .then((found) => Promise.all(found.map(({ endpointId }) => registry.offer(endpointId))))
    .catch(() => undefined) // as graphile-worker would: the job failed, and the sweeper comes again
}, 100)

const failingSteps = suite('a step that fails')
failingSteps.after(async () => {
  clearInterval(sweeper)
  await registry.stop(0)
  await session.close()
  await pool.end()
  await sender.close()
  await receiver.close()
  await db.drop()
})

/** Those that take or give something, so that it matters whether they had done it. */
const twoSided: readonly (StoreStep | 'record')[] = ['take', 'release', 'loadEndpoints', 'record']
/** Those that no delivery gets around. */
const inevitable: readonly (StoreStep | 'record')[] = ['take', 'release', 'readPages', 'markSuspect', 'saveCircuit', 'record']

const cases = [
  ...[...steps, 'record' as const].map((step) => ({ step, when: 'before' as const })),
  ...twoSided.map((step) => ({ step, when: 'after' as const })),
]

for (const { step, when } of cases) {
  failingSteps(`${step}, ${when === 'before' ? 'without having done anything' : 'having done its work'}, strands no lane`, async () => {
    failing = undefined
    const tenant = `${step} ${when}`
    // A rate that is saved, failures that open the circuit, a tenant with a limit, and owners that died: every step has a reason to be called.
    await db.pool.query('insert into webhooks.tenant_settings (tenant_id, rate_limit) values ($1, 60000)', [tenant])
    const endpointId = await createEndpoint(db.pool, { tenant_id: tenant, url: receiver.url, rate_limit: 60_000, retry_schedule: '{10 milliseconds}', max_attempts: 20, max_in_flight: 2 })
    await db.pool.query('insert into webhooks_private.lanes (endpoint_id, crashes) values ($1, 2)', [endpointId])
    let answers = 0
    receiver.respond(() => ((answers += 1) > 2 && answers < 7 ? 500 : 200))
    failed = 0
    failuresLeft = 1
    failing = { step, when }
    for (let n = 0; n < 3; n += 1) await createEvents(db.pool, { tenant, count: 4 })
    await waitFor(async () => (await deliveriesOf(db.pool, endpointId)).every(({ status }) => status === 'success'), { deadlineMs: 20_000, what: `all to be delivered (${failed} failures so far)` })
    await waitFor(() => registry.vitals().lanes === 0, { what: 'the lane to be given back' })
    const { rows } = await db.pool.query<{ free: boolean }>('select webhooks_private.lane_is_free($1) as free', [endpointId])
    assert.is(rows[0]?.free, true)
    assert.equal(broken, [])
    if (inevitable.includes(step)) assert.is(failed, 1)
  })
}

failingSteps('a request that cannot be made comes to its end on a lane whose owners died, too', async () => {
  failing = undefined
  const endpointId = await createEndpoint(db.pool, { tenant_id: 'unsigned', url: receiver.url, retry_schedule: '{10 milliseconds}', max_attempts: 2 })
  await db.pool.query(`update webhooks_private.endpoint_secrets set secret = 'no secret' where endpoint_id = $1`, [endpointId])
  await db.pool.query('insert into webhooks_private.lanes (endpoint_id, crashes) values ($1, 2)', [endpointId])
  await createEvents(db.pool, { tenant: 'unsigned' })
  await waitFor(async () => (await deliveriesOf(db.pool, endpointId))[0]?.status === 'failed', { what: 'the delivery to fail' })
})

failingSteps('what an answer disables is sent nothing more, however long that takes to be written', async () => {
  failing = undefined
  const endpointId = await createEndpoint(db.pool, { tenant_id: 'gone', url: receiver.url, max_in_flight: 1 })
  let requests = 0
  receiver.respond(() => ((requests += 1), 410))
  let write: () => void = () => undefined
  held.set('disableEndpoint', new Promise((resolve) => (write = resolve)))
  const disabled = callsOf('disableEndpoint')
  await createEvents(db.pool, { tenant: 'gone', count: 5 })
  await waitFor(() => callsOf('disableEndpoint') > disabled, { what: 'the answer' })
  const loaded = callsOf('loadEndpoints')
  await waitFor(() => callsOf('loadEndpoints') > loaded + 3, { what: 'its state to be read as it was' })
  write()
  await waitFor(async () => (await deliveriesOf(db.pool, endpointId)).every(({ finished_at }) => finished_at !== null), { what: 'the others to be cancelled' })
  assert.is(requests, 1)
})

failingSteps('only so much of an endpoint is answered and not recorded', async () => {
  failing = undefined
  const endpointId = await createEndpoint(db.pool, { tenant_id: 'unrecorded', url: receiver.url, max_in_flight: 1, rate_limit: null })
  let requests = 0
  receiver.respond(() => ((requests += 1), 200))
  let record: () => void = () => undefined
  held.set('record', new Promise((resolve) => (record = resolve)))
  await createEvents(db.pool, { tenant: 'unrecorded', count: 20 })
  await waitFor(() => requests === 4, { what: 'the first requests' })
  const loaded = callsOf('loadEndpoints')
  await waitFor(() => callsOf('loadEndpoints') > loaded + 2, { what: 'all lanes to be looked over, twice' })
  assert.is(requests, 4, 'a death of this process repeats no more than these')
  held.delete('record')
  record()
  await waitFor(async () => (await deliveriesOf(db.pool, endpointId)).every(({ status }) => status === 'success'), { what: 'the others to follow' })
  assert.is(requests, 20)
})

failingSteps.run()
