/** An endpoint by hand: tests, pause and resume, disable and enable, delete; and whom these functions let in. */
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, refusal } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

const call = async (sql: string, ...parameters: unknown[]) => (await pool.query<Record<string, unknown>>(`select * from ${sql}`, parameters)).rows[0]!
const actionsOn = async (id: string) => {
  const { rows } = await pool.query<{ action: string }>(`select action from webhooks.audit_log where subject_id = $1 and action <> 'endpoint.created' order by id`, [id])
  return rows.map(({ action }) => action)
}

const acts = suite('an endpoint by hand')

acts('a test reaches this endpoint alone, whatever it asks for, with the example of the type', async () => {
  const [id, other] = [await createEndpoint(pool, { events: ['test.event'] }), await createEndpoint(pool)]
  const { send_test: event } = await call('webhooks.send_test($1, $2)', id, 'delivery.failed')
  assert.equal((await deliveriesOf(pool, id)).map((each) => each.event_id), [event])
  assert.equal(await deliveriesOf(pool, other), [])
  const { rows } = await pool.query(
    'select e.type, e.data::text = t.example::text as same from webhooks.events as e join webhooks.event_types as t on t.name = e.type where e.id = $1',
    [event],
  )
  assert.equal(rows, [{ type: 'delivery.failed', same: true }])
})

acts('a test of an unknown or disabled type, or to a disabled endpoint, is refused', async () => {
  const id = await createEndpoint(pool)
  const unknown = await refusal(call('webhooks.send_test($1, $2)', id, 'test.evnt'))
  assert.equal([unknown.code, /test\.event/.test(unknown.hint!)], ['WHTYP', true])
  await pool.query(`update webhooks.event_types set enabled = false where name = 'worker.died'`)
  assert.is((await refusal(call('webhooks.send_test($1, $2)', id, 'worker.died'))).code, 'WHOFF')
  await call('webhooks.disable_endpoint($1)', id)
  assert.is((await refusal(call('webhooks.send_test($1)', id))).code, 'WHOFF')
})

acts('pausing and resuming keep the deliveries', async () => {
  const id = await createEndpoint(pool)
  assert.ok((await call('webhooks.pause_endpoint($1)', id))['paused_at'])
  await createEvents(pool)
  assert.is((await call('webhooks.resume_endpoint($1)', id))['paused_at'], null)
  assert.equal((await deliveriesOf(pool, id)).map(({ status }) => status), ['pending'])
})

acts('disabling says why, and enabling forgets it', async () => {
  const id = await createEndpoint(pool)
  assert.is((await call('webhooks.disable_endpoint($1, $2)', id, 'moved house'))['disabled_reason'], 'moved house')
  const enabled = await call('webhooks.enable_endpoint($1)', id)
  assert.equal([enabled['is_active'], enabled['disabled_reason']], [true, null])
})

acts('doing it twice is no error, and audited once', async () => {
  const id = await createEndpoint(pool)
  for (const act of ['pause', 'pause', 'resume', 'resume', 'disable', 'disable', 'enable', 'enable']) await call(`webhooks.${act}_endpoint($1)`, id)
  assert.equal(await actionsOn(id), ['endpoint.paused', 'endpoint.resumed', 'endpoint.disabled', 'endpoint.enabled'])
})

acts('a deleted endpoint is not found any more', async () => {
  const id = await createEndpoint(pool)
  assert.ok((await call('webhooks.delete_endpoint($1)', id))['deleted_at'])
  const error = await refusal(call('webhooks.enable_endpoint($1)', id))
  assert.is(error.code, 'WHNOF')
  assert.match(error.detail!, 'deleted')
})

acts.run()

/** What each role may do to an endpoint; the arguments are endpoint and delivery of its own tenant. */
const calls = {
  retry: `webhooks.retry_delivery($2)`,
  cancel: `webhooks.cancel_delivery($2)`,
  recover: `webhooks.recover($1, now() - interval '1 hour')`,
  replay: `webhooks.replay($1, now() - interval '1 hour')`,
  test: `webhooks.send_test($1)`,
  pause: `webhooks.pause_endpoint($1)`,
  resume: `webhooks.resume_endpoint($1)`,
  disable: `webhooks.disable_endpoint($1)`,
  enable: `webhooks.enable_endpoint($1)`,
  rotate: `webhooks.rotate_secret($1)`,
  set: `webhooks.set_secret($1, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')`,
  reveal: `webhooks.reveal_secret($1)`,
  stored: `webhooks.stored_secret($1)`,
  oauth: `webhooks.set_oauth_secret($1, 'secret')`,
  delete: `webhooks.delete_endpoint($1)`,
} as const
const ofManagers = ['retry', 'cancel', 'recover', 'replay', 'test', 'pause', 'resume', 'disable', 'enable']
const everything = Object.keys(calls)

let tenants = 0
/** A tenant with an endpoint and an open delivery. */
const newTenant = async () => {
  const tenant = `tenant ${++tenants}`
  const endpoint = await createEndpoint(pool, { tenant_id: tenant })
  await createEvents(pool, { tenant })
  return { tenant, endpoint, delivery: (await deliveriesOf(pool, endpoint))[0]!.id }
}
/** Tries every call in a transaction that is rolled back: `ok`, or the error's code. */
const tryAll = async (client: pg.Client, { endpoint, delivery }: { endpoint: string; delivery: string }) => {
  const answers: Record<string, string> = {}
  for (const [name, sql] of Object.entries(calls)) {
    await client.query('begin')
    answers[name] = await client
      .query(`select ${sql} from (values ($1::uuid, $2::uuid)) as unused`.replaceAll('$1)', '$1::uuid)').replaceAll('$2)', '$2::uuid)'), [endpoint, delivery])
      .then(() => 'ok', (error: pg.DatabaseError) => error.code!)
    await client.query('rollback')
  }
  return answers
}
const expected = (allowed: readonly string[], answer: string) =>
  Object.fromEntries(everything.map((name) => [name, allowed.includes(name) ? answer : '42501']))

const access = suite('who may act by hand')
access.after(() => db.drop())

for (const [role, allowed] of [
  ['rowhook_viewer', []],
  ['rowhook_emitter', []],
  ['rowhook_manager', ofManagers],
  ['rowhook_tenant_owner', everything],
  ['rowhook_operator', everything],
  ['rowhook_dba', everything],
] as const) {
  access(`${role}: ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`, async () => {
    const mine = await newTenant()
    const client = await db.connect(role)
    await client.query(`select set_config('rowhook.tenant_id', $1, false)`, [mine.tenant])
    assert.equal(await tryAll(client, mine), expected(allowed, 'ok'))
    await client.end()
  })
}

for (const [role, allowed] of [
  ['rowhook_manager', ofManagers],
  ['rowhook_tenant_owner', everything],
  ['rowhook_operator', everything],
] as const) {
  access(`${role} does not find what belongs to another tenant than the request's`, async () => {
    const [mine, other] = [await newTenant(), await newTenant()]
    const client = await db.connect(role)
    await client.query(`select set_config('rowhook.tenant_id', $1, false)`, [mine.tenant])
    assert.equal(await tryAll(client, other), expected(allowed, 'WHNOF'))
    await client.end()
  })
}

access('a tenant role without a tenant finds nothing, an operator everything', async () => {
  const other = await newTenant()
  for (const [role, allowed, answer] of [['rowhook_manager', ofManagers, 'WHNOF'], ['rowhook_operator', everything, 'ok']] as const) {
    const client = await db.connect(role)
    assert.equal(await tryAll(client, other), expected(allowed, answer), role)
    await client.end()
  }
})

access('a function of the DBA does not lend its rights to an API role', async () => {
  const other = await newTenant()
  await pool.query(`create function public.pause_any(id uuid) returns void language sql security definer as 'select webhooks.pause_endpoint(id)'`)
  await pool.query('grant execute on function public.pause_any(uuid) to rowhook_manager')
  const client = await db.connect('rowhook_manager')
  await client.query(`select set_config('rowhook.tenant_id', 'mine', false)`)
  assert.is((await refusal(client.query('select public.pause_any($1)', [other.endpoint]))).code, 'WHNOF')
  await client.end()
})

access.run()
