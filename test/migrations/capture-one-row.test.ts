/** A statement that wrote one row goes a shorter way than one of many, and comes to the same. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db
const oneRow = suite('a statement of one row')
oneRow.after(() => db.drop())

type Made = { readonly type: string; readonly row: string; readonly tenant: string; readonly data: string; readonly previous: string | null; readonly omitted: string | null; readonly deliveries: readonly string[] }

/** The events so far, by row, with the deliveries; keys are told by their last digit. They go. */
const made = async (): Promise<Made[]> => {
  const { rows } = await pool.query<Made>(`
    select e.type, right(e.resource_id, 1) as row, e.tenant_id as tenant, regexp_replace(e.data::text, '"id":[0-9]+', '"id":') as data, e.previous::text as previous, e.data_omitted as omitted,
           array(select format('%s %s %s %s %s', p.name, d.status, regexp_replace(d.order_key, '[0-9]+', ''), d.max_attempts, d.payload_format)
                   from webhooks.deliveries as d join webhooks.endpoints as p on p.id = d.endpoint_id
                  where d.event_id = e.id and d.tenant_id = e.tenant_id and d.event_type = e.type and d.resource_id = e.resource_id order by p.name) as deliveries
      from webhooks.events as e order by 2, e.id`)
  await pool.query('delete from webhooks.deliveries; delete from webhooks.events')
  return rows
}

const OPERATIONS: Readonly<Record<string, (rows: string) => string>> = {
  insert: (rows) => `insert into sales select n, 'acme', 'open', n % 10 + 0.5, case when n % 10 = 2 then repeat('long', 2000) end from unnest('${rows}'::integer[]) as n`,
  update: (rows) => `update sales set status = 'done', total = total + 1 where id = any ('${rows}')`,
  'update of nothing': (rows) => `update sales set status = 'done' where id = any ('${rows}')`,
  delete: (rows) => `delete from sales where id = any ('${rows}')`,
}

/** What both ways make of the same statements: of two rows at once, and of one after the other. */
const compare = async (what: string) => {
  for (const [operation, statement] of Object.entries(OPERATIONS)) {
    await pool.query(statement('{11,12}'))
    const together = await made()
    await pool.query(statement('{21}'))
    await pool.query(statement('{22}'))
    const alone = await made()
    assert.equal(alone, together, `${what}, ${operation}`)
    if (operation !== 'update of nothing') assert.ok(alone.length >= 2, `${what}, ${operation}`)
  }
}

const endpoint = (name: string, fields: Readonly<Record<string, string>> = {}) =>
  pool.query(
    `insert into webhooks.endpoints (tenant_id, name, url, events, filter, ordering, payload_format, max_attempts) values ('acme', $1, 'https://example.com/hook', $2, $3, $4, $5, 3)`,
    [name, `{${fields['events'] ?? '*'}}`, fields['filter'] ?? null, fields['ordering'] ?? 'none', fields['payload_format'] ?? 'standard'],
  )

oneRow.before(async () => {
  await pool.query(`
    create table sales (id integer primary key, tenant_id text, status text, total numeric, note text);
    update webhooks.settings set max_event_bytes = 4096;
    select from webhooks.watch('sales', 'sale', '[{"event":"sale.created","on":"insert"},
      {"event":"sale.updated","on":"update"}, {"event":"sale.done","on":"update","changed":["status"],"when":"new.status = ''done''"},
      {"event":"sale.split","on":"update","when":"1 / (new.total - new.total + 1) = 1","columns":["id","status"]},
      {"event":"sale.deleted","on":"delete"}]')`)
})
oneRow.before.each(async () => {
  await pool.query('delete from webhooks.endpoints')
})

oneRow('makes the same as many where nobody asks', () => compare('nobody'))

for (const [what, fields] of Object.entries({
  'for all': {},
  'for one type': { events: 'sale.created' },
  'for a prefix, in order': { events: 'sale.*', ordering: 'resource', payload_format: 'legacy' },
  'all in order': { ordering: 'endpoint' },
  'with a filter': { filter: '$.data.status ? (@ == "done")' },
})) {
  oneRow(`makes the same as many where one endpoint asks ${what}`, async () => {
    await endpoint('one', fields)
    await compare(what)
  })
}

oneRow('makes the same as many where several ask, one is disabled and one is paused', async () => {
  await Promise.all([endpoint('one'), endpoint('two', { events: 'sale.done' }), endpoint('disabled'), endpoint('paused')])
  await pool.query(`update webhooks.endpoints set is_active = false, disabled_reason = 'by hand' where name = 'disabled'`)
  await pool.query(`update webhooks.endpoints set paused_at = now() where name = 'paused'`)
  await compare('several')
})

oneRow('makes the same as many of a type that is disabled', async () => {
  await endpoint('one')
  await pool.query(`update webhooks.event_types set enabled = false where name in ('sale.created', 'sale.done')`)
  await compare('disabled types')
  await pool.query(`update webhooks.event_types set enabled = true`)
})

oneRow('knows the cause that a receiver names, and how deep it lies', async () => {
  await endpoint('one')
  const client = await db.connect()
  await client.query(`insert into sales values (1, 'acme')`)
  const { rows: [first] } = await client.query<{ id: string }>(`select id from webhooks.events where type = 'sale.created'`)
  await client.query('begin')
  await client.query(`select set_config('rowhook.cause', $1, true)`, [first!.id])
  await client.query(`update sales set total = 1 where id = 1`)
  await client.query('commit')
  const { rows } = await client.query(`select e.context ->> 'cause' as cause, e.context -> 'depth' as depth, count(d.id)::integer as deliveries
                                         from webhooks.events as e left join webhooks.deliveries as d on d.event_id = e.id where e.type = 'sale.updated' group by e.id`)
  assert.equal(rows, [{ cause: first!.id, depth: 1, deliveries: 1 }])
  await client.query('delete from sales')
  await client.end()
  await made()
})

oneRow('wakes the lane once, and no lane that is paused', async () => {
  await pool.query(`delete from graphile_worker._private_jobs`)
  await endpoint('paused')
  await pool.query(`update webhooks.endpoints set paused_at = now()`)
  await pool.query(`insert into sales values (1, 'acme')`)
  const jobs = async () => (await pool.query<{ jobs: number }>(`select count(*)::integer as jobs from graphile_worker.jobs`)).rows[0]!.jobs
  assert.is(await jobs(), 0)
  await pool.query(`update webhooks.endpoints set paused_at = null`)
  await pool.query(`delete from graphile_worker._private_jobs`)
  await pool.query(`insert into sales values (2, 'acme')`)
  await pool.query(`insert into sales values (3, 'acme')`)
  assert.is(await jobs(), 1)
  await pool.query('delete from sales')
  await made()
})

oneRow('calls the owner of a lane on call, and nobody where the lane is read', async () => {
  await endpoint('one')
  await pool.query(`delete from graphile_worker._private_jobs`)
  const calls: (string | undefined)[] = []
  const owner = await db.connect()
  owner.on('notification', ({ payload }) => void calls.push(payload))
  await owner.query('listen "rowhook:lanes"')
  const { rows: [lane] } = await owner.query<{ id: string }>('select id, pg_advisory_lock(webhooks_private.call_lock(id)) from webhooks.endpoints')
  await pool.query(`insert into sales values (1, 'acme')`)
  await owner.query('select pg_advisory_lock(webhooks_private.lane_lock(id)) from webhooks.endpoints')
  await pool.query(`insert into sales values (2, 'acme')`)
  await owner.query(`select 'notifications have come'`)
  assert.equal(calls, [lane!.id])
  assert.equal((await pool.query('select from graphile_worker.jobs')).rows, [])
  await owner.end()
  await pool.query('delete from sales')
  await made()
})

oneRow('goes the long way where its week is not known, and make_partitions tells the week again', async () => {
  await endpoint('one')
  const text = async () => (await pool.query<{ text: string }>(`select prosrc as text from pg_proc where oid = 'webhooks_private.put_event'::regproc`)).rows[0]!.text
  const present = await text()
  await pool.query(`select webhooks_private.write_put_event(now() + interval '5 weeks')`)
  assert.is.not(await text(), present)
  await compare('another week')
  await pool.query(`select webhooks_private.write_put_event(now() + interval '5 years')`)
  assert.not.match(await text(), 'insert into webhooks_private.events_')
  await compare('no week')
  await pool.query('select webhooks_private.make_partitions()')
  assert.is(await text(), present)
})

oneRow('makes nothing while capture is off, in sessions that have captured before too', async () => {
  const session = await db.connect()
  const write = async (id: number) => {
    await session.query(`insert into sales values ($1, 'acme')`, [id])
    return (await made()).length
  }
  assert.is(await write(1), 1)
  await pool.query('update webhooks.settings set capture = false')
  assert.is(await write(2), 0)
  await session.query(`insert into sales values (3, 'acme'), (4, 'acme')`)
  assert.equal(await made(), [])
  await pool.query('update webhooks.settings set capture = true')
  assert.is(await write(5), 1)
  await session.end()
})

oneRow('asks for disabled types while there may be some, in sessions that have written before too', async () => {
  await endpoint('one')
  const session = await db.connect()
  let id = 100
  const deliveries = async () => {
    await session.query(`insert into sales values ($1, 'acme')`, [++id])
    return (await made()).flatMap((event) => event.deliveries).length
  }
  const asks = async () => (await pool.query<{ asks: boolean }>('select webhooks_private.some_type_is_disabled() as asks')).rows[0]!.asks
  const switchType = (enabled: boolean) => `update webhooks.event_types set enabled = ${enabled} where name = 'sale.created'`
  assert.equal([await asks(), await deliveries()], [false, 1])
  await pool.query(switchType(false))
  assert.equal([await asks(), await deliveries()], [true, 0])
  await pool.query(`insert into webhooks.event_types (name, enabled) values ('sale.lost', false)`)
  await pool.query(switchType(true))
  assert.equal([await asks(), await deliveries()], [true, 1])
  await pool.query(`update webhooks.event_types set enabled = true where name = 'sale.lost'`)
  assert.equal([await asks(), await deliveries()], [false, 1])

  // Two at once: the second waits for the first, and knows of it. One that cannot see what was committed meanwhile does not say no.
  const [first, second] = [await db.connect(), await db.connect()]
  await first.query('begin')
  await first.query(switchType(false))
  await second.query(`begin isolation level repeatable read; set local lock_timeout = '50ms'`)
  await second.query(`update webhooks.event_types set enabled = false where name = 'sale.lost'`).then(
    () => assert.unreachable('it did not wait'),
    ({ code }: { code?: string }) => assert.is(code, '55P03'),
  )
  await second.query('rollback')
  await first.query('commit')
  await second.query('begin isolation level repeatable read')
  await second.query('select from webhooks.event_types')
  await first.query(switchType(true))
  await second.query(`update webhooks.event_types set description = 'gone', enabled = false where name = 'sale.lost'`)
  await second.query(`update webhooks.event_types set enabled = true where name = 'sale.lost'`)
  await second.query('commit')
  assert.is(await asks(), true)
  await pool.query(switchType(false))
  await pool.query(switchType(true))
  assert.equal([await asks(), await deliveries()], [false, 1])
  await Promise.all([session.end(), first.end(), second.end()])
})

oneRow.run()
