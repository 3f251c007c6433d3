/** webhooks.emit: an event by hand in the caller's transaction, once for each idempotency key, and nothing after a rollback. */
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, deliveriesOf, forgetWakeUps, refusal, wakeUpsWaiting } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db
const endpoint = await createEndpoint(pool)

type Queryable = Pick<pg.Client, 'query'>
const emit = async (client: Queryable, given = `'test.event'`): Promise<string> =>
  (await client.query<{ id: string }>(`select webhooks.emit(${given}) as id`)).rows[0]!.id
const exists = async (id: string) => (await pool.query('select from webhooks.events where id = $1', [id])).rowCount === 1

const emitting = suite('emit')

emitting('records the event, its delivery and one wake-up, as an emitter', async () => {
  await forgetWakeUps(pool)
  const client = await db.connect('rowhook_emitter')
  const id = await emit(client, `'test.event', '{"b": 1.50, "a": "ü"}', resource_type => 'thing', resource_id => '7'`)
  await client.end()
  const { rows } = await pool.query(`select data::text, resource_type, resource_id, context ? 'txid' as traced from webhooks.events where id = $1`, [id])
  assert.equal(rows, [{ data: '{"b": 1.50, "a": "ü"}', resource_type: 'thing', resource_id: '7', traced: true }])
  assert.is((await deliveriesOf(pool, endpoint)).filter((each) => each.event_id === id).length, 1)
  assert.equal(await wakeUpsWaiting(pool), [endpoint])
})

emitting('an unknown type is refused, and near ones are named', async () => {
  const error = await refusal(emit(pool, `'test.evnt'`))
  assert.equal([error.code, /test\.event/.test(error.hint!)], ['WHTYP', true])
})

emitting('data above the limit is refused with size and limit', async () => {
  const data = (length: number) => `'test.event', to_json(repeat('x', ${length}))`
  await emit(pool, data(262_142))
  const error = await refusal(emit(pool, data(262_143)))
  assert.is(error.code, 'WHBIG')
  assert.match(error.message, '262145')
  assert.match(error.detail!, '262144')
})

emitting('a tenant may have a limit of its own', async () => {
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, max_event_bytes) values ('small', 1024)`)
  assert.is((await refusal(emit(pool, `'test.event', to_json(repeat('x', 1023)), 'small'`))).code, 'WHBIG')
})

emitting('deliver_at puts the delivery off', async () => {
  const id = await emit(pool, `'test.event', deliver_at => '2100-01-01'`)
  const delivery = (await deliveriesOf(pool, endpoint)).find((each) => each.event_id === id)!
  assert.is(delivery.next_retry_at!.getUTCFullYear() >= 2099, true)
})

emitting('a name that no index takes is refused, by emit and by the table', async () => {
  for (const [column, length] of [['resource_id', 501], ['tenant_id', 501], ['resource_type', 256]] as const) {
    assert.is((await refusal(emit(pool, `'test.event', ${column} => repeat('x', ${length})`))).code, 'WHVAL')
    const error = await refusal(pool.query(`insert into webhooks.events (type, ${column}) values ('test.event', repeat('x', ${length}))`))
    assert.equal([error.code, error.column], ['WHVAL', column])
    await pool.query(`insert into webhooks.events (type, ${column}) values ('test.event', repeat('ü', ${length - 1}))`)
  }
})

emitting('a time that is none is refused, by emit and by the table: nothing could tell how long it is until then', async () => {
  for (const at of ['infinity', '-infinity']) {
    assert.is((await refusal(emit(pool, `'test.event', deliver_at => '${at}'`))).code, 'WHTIM')
    assert.is((await refusal(pool.query(`insert into webhooks.events (type, deliver_at) values ('test.event', '${at}')`))).code, '23514')
  }
})

emitting('other roles may not call it', async () => {
  const client = await db.connect('rowhook_tenant_owner')
  assert.is((await refusal(emit(client))).code, '42501')
  await client.end()
})

emitting.run()

const keys = suite('an idempotency key')
let used = 0
const keyed = (more = '') => `'test.event', idempotency_key => 'key ${used}'${more}`

keys.before.each(() => void used++)

keys('the same key again gives the first event and records nothing', async () => {
  const first = await emit(pool, keyed())
  assert.is(await emit(pool, keyed()), first)
  const { rows } = await pool.query(`select count(*)::integer as n from webhooks_private.event_keys where idempotency_key = 'key ${used}'`)
  assert.equal(rows, [{ n: 1 }])
})

keys('belongs to its tenant', async () => {
  assert.is.not(await emit(pool, keyed()), await emit(pool, keyed(`, tenant_id => 'other'`)))
})

keys('may be used again when it has expired', async () => {
  const first = await emit(pool, keyed())
  await pool.query(`update webhooks_private.event_keys set expires_at = now() where event_id = $1`, [first])
  const second = await emit(pool, keyed())
  assert.is.not(second, first)
  assert.is(await emit(pool, keyed()), second)
})

keys('is free again after a rollback', async () => {
  const client = await db.connect()
  await client.query('begin')
  const lost = await emit(client, keyed())
  await client.query('rollback')
  const kept = await emit(client, keyed())
  await client.end()
  assert.equal([await exists(lost), await exists(kept)], [false, true])
})

for (const [end, same] of [['commit', true], ['rollback', false]] as const) {
  keys(`two at once: the second waits for the first to ${end}`, async () => {
    const [one, two] = await Promise.all([db.connect(), db.connect()])
    await one.query('begin')
    const first = await emit(one, keyed())
    const second = emit(two, keyed())
    await one.query(end)
    assert.is((await second) === first, same)
    assert.ok(await exists(await second))
    await Promise.all([one.end(), two.end()])
  })
}

for (const level of ['repeatable read', 'serializable']) {
  keys(`in ${level}, a holder that the transaction cannot see ends in 40001`, async () => {
    const client = await db.connect()
    await client.query(`begin isolation level ${level}`)
    await client.query('select 1')
    await emit(pool, keyed())
    assert.is((await refusal(emit(client, keyed()))).code, '40001')
    await client.query('rollback')
    await client.end()
  })
}

keys('has 1 to 255 characters', async () => {
  assert.is((await refusal(emit(pool, `'test.event', idempotency_key => ''`))).code, 'WHVAL')
  assert.is((await refusal(emit(pool, `'test.event', idempotency_key => repeat('x', 256)`))).code, 'WHVAL')
})

keys.run()

const undone = suite('nothing is left')
undone.after(() => db.drop())

/** Runs `work` on a connection of its own and gives what is left of the events that it made. */
const leftOf = async (work: (client: pg.Client, note: (id: string) => void) => Promise<void>) => {
  await forgetWakeUps(pool)
  const ids: string[] = []
  const client = await db.connect()
  await work(client, (id) => ids.push(id))
  await client.end().catch(() => undefined)
  const { rows } = await pool.query<{ events: number; deliveries: number }>(
    `select (select count(*)::integer from webhooks.events where id = any ($1)) as events,
            (select count(*)::integer from webhooks.deliveries where event_id = any ($1)) as deliveries`,
    [ids],
  )
  return { made: ids.length, ...rows[0]!, jobs: (await wakeUpsWaiting(pool)).length }
}
const nothing = { made: 1, events: 0, deliveries: 0, jobs: 0 }

undone('after a rollback', async () => {
  const left = await leftOf(async (client, note) => {
    await client.query('begin')
    note(await emit(client))
    await client.query('rollback')
  })
  assert.equal(left, nothing)
})

undone('after a rollback to a savepoint; what comes later is woken all the same', async () => {
  const left = await leftOf(async (client, note) => {
    await client.query('begin; savepoint before')
    note(await emit(client))
    await client.query('rollback to before')
    note(await emit(client))
    await client.query('commit')
  })
  assert.equal(left, { made: 2, events: 1, deliveries: 1, jobs: 1 })
})

undone('after an exception that PL/pgSQL catches', async () => {
  const left = await leftOf(async (client, note) => {
    note('019aa7a2-3f00-7000-8000-000000000001')
    await client.query(`do $$ begin
      perform webhooks.emit('test.event', resource_id => 'caught');
      raise division_by_zero;
    exception when division_by_zero then null; end $$`)
  })
  const { rowCount } = await pool.query(`select from webhooks.events where resource_id = 'caught'`)
  assert.equal([left, rowCount], [nothing, 0])
})

undone('after a deferred constraint that fails at the commit', async () => {
  await pool.query('create table public.parents (id int primary key)')
  await pool.query('create table public.children (parent int references public.parents deferrable initially deferred)')
  const left = await leftOf(async (client, note) => {
    await client.query('begin')
    note(await emit(client))
    await client.query('insert into public.children values (7)')
    assert.is((await refusal(client.query('commit'))).code, '23503')
  })
  assert.equal(left, nothing)
})

undone('after a failed statement', async () => {
  const left = await leftOf(async (client, note) => {
    await client.query('begin')
    note(await emit(client))
    await refusal(client.query('select 1 / 0'))
    await client.query('commit') // which is a rollback
  })
  assert.equal(left, nothing)
})

undone('after the connection is cut', async () => {
  const left = await leftOf(async (client, note) => {
    await client.query('begin')
    note(await emit(client))
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    await pool.query('select pg_terminate_backend($1, 5000)', [rows[0]!.pid])
  })
  assert.equal(left, nothing)
})

undone('after a prepared transaction is rolled back, while a committed one delivers', async () => {
  const prepared = (end: string) =>
    leftOf(async (client, note) => {
      await client.query(`begin; set local rowhook.wake = 'off'`)
      note(await emit(client))
      await client.query(`prepare transaction 'emit ${end}'`)
      await client.query(`${end} prepared 'emit ${end}'`)
    })
  assert.equal(await prepared('rollback'), nothing)
  assert.equal(await prepared('commit'), { made: 1, events: 1, deliveries: 1, jobs: 0 }) // the sweeper wakes it
})

undone.run()
