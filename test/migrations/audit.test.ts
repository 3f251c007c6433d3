/** The audit log: every change leaves a row, no secret is in it, and what was changed afterwards shows. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, refusal } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

const entriesOf = async (subjectId: string) =>
  (await pool.query<{ action: string; before: unknown; after: Record<string, unknown> }>('select action, before, after from webhooks.audit_log where subject_id = $1 order by id', [subjectId])).rows

const audit = suite('the audit log')

audit('has what an endpoint was made of, and each change before and after, by plain SQL too', async () => {
  const id = await createEndpoint(pool, { name: 'ledger', headers: { 'x-token': 'hunter2' } })
  await pool.query(`update webhooks.endpoints set name = 'books', rate_limit = null where id = $1`, [id])
  await pool.query(`update webhooks.endpoints set headers = '{"x-token": "hunter3"}' where id = $1`, [id])
  await pool.query('update webhooks.endpoints set updated_at = now() where id = $1', [id])
  const [made, renamed, masked, ...more] = await entriesOf(id)
  assert.equal([made!.action, made!.after['name'], made!.after['url']], ['endpoint.created', 'ledger', 'https://receiver.test/hook'])
  assert.equal([renamed!.action, renamed!.before, renamed!.after], ['endpoint.changed', { name: 'ledger', rate_limit: 100 }, { name: 'books', rate_limit: null }])
  assert.is(masked!.action, 'endpoint.changed')
  assert.not.equal(masked!.before, masked!.after)
  assert.not.match(JSON.stringify([made, renamed, masked]), 'hunter')
  assert.equal(more, [])
})

audit('has what became of an endpoint, one row for each of several', async () => {
  const ids = [await createEndpoint(pool), await createEndpoint(pool)]
  await pool.query('update webhooks.endpoints set paused_at = now(), is_active = false where id = any ($1)', [ids])
  await pool.query('update webhooks.endpoints set paused_at = null, is_active = true where id = any ($1)', [ids])
  await pool.query('select webhooks.delete_endpoint($1)', [ids[0]])
  assert.equal((await entriesOf(ids[0]!)).map(({ action }) => action), ['endpoint.created', 'endpoint.paused', 'endpoint.disabled', 'endpoint.resumed', 'endpoint.enabled', 'endpoint.deleted'])
  assert.equal((await entriesOf(ids[1]!)).map(({ action }) => action), ['endpoint.created', 'endpoint.paused', 'endpoint.disabled', 'endpoint.resumed', 'endpoint.enabled'])
})

audit('has that secrets were changed by plain SQL, and how, and not what they are; what a function of ours records is not told twice', async () => {
  const id = await createEndpoint(pool)
  const sealed = `sealed.v1.whsec.0123456789abcdef.${'A'.repeat(60)}`
  const run = (sql: string) => pool.query(sql.replaceAll('$id', `'${id}'`))
  await run(`update webhooks_private.endpoint_secrets set secret = 'hunter2-hunter2-hunter2' where endpoint_id = $id`)
  await run(`update webhooks_private.endpoint_secrets set secret = '${sealed}' where endpoint_id = $id`)
  await run(`update webhooks_private.endpoint_secrets set expires_at = now() + interval '1 year' where endpoint_id = $id`)
  await run(`update webhooks_private.endpoint_secrets set created_at = now() where endpoint_id = $id`)
  await run(`insert into webhooks_private.endpoint_secrets (endpoint_id, purpose, secret) values ($id, 'oauth2_client', 'hunter2')`)
  await run(`select webhooks.rotate_secret($id, '1 hour')`)
  await run(`delete from webhooks_private.endpoint_secrets where endpoint_id = $id and purpose = 'oauth2_client'`)
  const [, ...entries] = await entriesOf(id)
  assert.equal(entries.map(({ action, after }) => [action, after]), [
    ['secret.changed', { purpose: 'signing' }],
    ['secret.sealed', { purpose: 'signing', key: '0123456789abcdef' }],
    ['secret.expiry_changed', { purpose: 'signing', key: '0123456789abcdef' }],
    ['secret.added', { purpose: 'oauth2_client' }],
    ['secret.rotated', { overlap: '01:00:00' }],
    ['secret.removed', { purpose: 'oauth2_client' }],
  ])
  assert.not.match(JSON.stringify(entries), 'hunter')
})

audit('cannot be kept from recording a change of secrets by naming another entry', async () => {
  const id = await createEndpoint(pool)
  const client = await db.connect()
  await client.query('begin')
  await client.query('select webhooks.reveal_secret($1)', [id])
  await client.query(`select set_config('rowhook.recorded', (select max(id)::text from webhooks.audit_log), true)`)
  await client.query(`update webhooks_private.endpoint_secrets set secret = 'hunter2-hunter2-hunter2' where endpoint_id = $1`, [id])
  await client.query('commit')
  assert.equal((await entriesOf(id)).map(({ action }) => action), ['endpoint.created', 'secret.revealed', 'secret.changed'])
})

audit('has what an operator sets', async () => {
  await pool.query('update webhooks.settings set max_filters_per_tenant = 30')
  await pool.query('update webhooks.settings set updated_at = now()')
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, rate_limit) values ('t', 5)`)
  await pool.query(`update webhooks.event_types set enabled = false where name = 'test.event'`)
  const { rows } = await pool.query(`select action, tenant_id, before, after from webhooks.audit_log where action not like 'endpoint.%' and action not like 'secret.%' and action <> 'event_type.created' order by id`)
  assert.equal(rows.map(({ action }) => action), ['settings.changed', 'tenant_settings.created', 'event_type.changed'])
  assert.equal([rows[0].before, rows[0].after, rows[1].tenant_id, rows[2].after], [{ max_filters_per_tenant: 20 }, { max_filters_per_tenant: 30 }, 't', { enabled: false }])
})

audit('is chained after commit, and a change, a removal and a row slipped in show', async () => {
  const chain = async () => (await pool.query<{ chained: number }>('select chained from webhooks_private.chain_audit_log()')).rows[0]!.chained
  const problems = async () => (await pool.query<{ audit_id: string; problem: string }>('select * from webhooks.verify_audit_log()')).rows
  assert.ok((await chain()) > 5)
  assert.is(await chain(), 0)
  assert.equal(await problems(), [])
  const verification = (newest: number) => db.pool.query('select checked, broken, waiting, head is not null as has_head, since is not null as has_since from webhooks.audit_verification($1)', [newest])
  assert.equal((await verification(3)).rows, [{ checked: 3, broken: 0, waiting: 0, has_head: true, has_since: true }])
  const shown = async (tamper: string) => {
    const client = await db.connect()
    await client.query('begin')
    await client.query('set local session_replication_role = replica') // as a superuser may, past all triggers
    await client.query(tamper)
    const { rows } = await client.query<{ problem: string }>('select problem from webhooks.verify_audit_log()')
    await client.query('rollback')
    await client.end()
    return rows.map(({ problem }) => problem)
  }
  assert.equal(await shown(`update webhooks.audit_log set actor = 'somebody else' where id = 3`), ['The row has changed, or the one before it.'])
  assert.equal(await shown('delete from webhooks.audit_log where id = 3'), ['The row is gone.'])
  assert.equal(await shown(`delete from webhooks.audit_log where id = 3; delete from webhooks_private.audit_chain where audit_id = 3`), ['Rows before it are gone.'])
  assert.equal(await shown(`insert into webhooks.audit_log (action, at) values ('forged', now() - interval '1 day')`), ['The row was written behind the chain, or nobody has chained for ten minutes.'])
})

audit('is added to and nothing else, by nobody', async () => {
  for (const statement of [
    `update webhooks.audit_log set actor = 'x' where id = 5`,
    'delete from webhooks.audit_log where id = 5',
    'truncate webhooks.audit_log',
    `update webhooks_private.audit_chain set hash = '' where link = 1`,
    'delete from webhooks_private.audit_chain where link = 1',
    'truncate webhooks_private.audit_chain',
  ]) {
    assert.is((await refusal(pool.query(statement))).code, 'WHAPP', statement)
  }
})

audit('chains a row that commits long after ten thousand later ones', async () => {
  const late = await db.connect()
  await late.query('begin')
  await late.query(`insert into webhooks.audit_log (action) values ('late')`)
  await pool.query(`insert into webhooks.audit_log (action) select 'early' from generate_series(1, 10500)`)
  const chainAll = async () => {
    for (let n = 1; n > 0; ) n = (await pool.query<{ chained: number }>('select chained from webhooks_private.chain_audit_log(10000)')).rows[0]!.chained
  }
  await chainAll()
  await late.query('commit')
  await chainAll()
  assert.equal((await pool.query(`select action from webhooks_private.audit_chain as c join webhooks.audit_log as a on a.id = c.audit_id order by c.link desc limit 1`)).rows, [{ action: 'late' }])
  assert.equal((await pool.query('select * from webhooks.verify_audit_log()')).rows, [])
  assert.is((await pool.query('select from webhooks_private.audit_unchained')).rowCount, 0)
})

audit('still holds after the oldest rows are pruned, from the checkpoint on, and says that they were', async () => {
  const { rows: old } = await pool.query<{ id: string }>('select id from webhooks.audit_log order by id limit 4')
  const { rows: pruned } = await pool.query<{ removed: string }>(`select removed from webhooks_private.prune(now() + interval '401 days', 4) where what = 'audit_log'`)
  assert.equal(pruned, [{ removed: '4' }])
  assert.is((await pool.query('select from webhooks.audit_log where id <= $1', [old.at(-1)!.id])).rowCount, 0)
  assert.equal((await pool.query('select * from webhooks.verify_audit_log()')).rows, [])
  const { rows } = await pool.query<{ action: string; after: { rows: number } }>('select action, after from webhooks.audit_log order by id desc limit 1')
  assert.equal([rows[0]!.action, rows[0]!.after.rows], ['audit_log.pruned', 4])
  assert.is((await refusal(pool.query('delete from webhooks.audit_log where id = 5'))).code, 'WHAPP', 'the permission ends with the function')
  await createEndpoint(pool)
  await pool.query('select webhooks_private.chain_audit_log()')
  assert.equal((await pool.query('select * from webhooks.verify_audit_log()')).rows, [])
  const client = await db.connect()
  await client.query('begin; set local session_replication_role = replica')
  const { rows: [oldest] } = await client.query<{ id: string }>(`update webhooks.audit_log set actor = 'x' where id = (select min(id) from webhooks.audit_log) returning id`)
  assert.is((await client.query('select * from webhooks.verify_audit_log()')).rows.length, 1)
  // What is further back than was asked for is not looked at.
  assert.equal((await client.query('select * from webhooks.verify_audit_log(2)')).rows, [])
  const { rows: [found] } = await client.query('select broken, first_broken, problem from webhooks.audit_verification(100000)')
  assert.equal(found, { broken: 1, first_broken: oldest!.id, problem: 'The row has changed, or the one before it.' })
  await client.query('rollback')
})

audit('is pruned in the order of its chain, so that a row that was written late is not missed', async () => {
  const client = await db.connect()
  await client.query('begin')
  await client.query(`insert into webhooks.audit_log (action, at) values ('early id, late commit', now() - interval '600 days')`)
  await pool.query(`insert into webhooks.audit_log (action, at) values ('late id, early commit', now() - interval '600 days')`)
  await pool.query('select webhooks_private.chain_audit_log(10000)')
  await client.query('commit')
  await client.end()
  await pool.query('select webhooks_private.chain_audit_log(10000)')
  const { rows: [both] } = await pool.query<{ links: number[]; first: number }>(`
    with chain as (select c.link, c.audit_id, l.action from webhooks_private.audit_chain as c join webhooks.audit_log as l on l.id = c.audit_id),
         pair  as (select array_agg(c.link order by c.audit_id)::integer[] as links, min(c.link) as first from chain as c where c.action like '%commit')
    select b.links, (select count(*) from chain as c where c.link <= b.first)::integer as first from pair as b`)
  assert.ok(both!.links[0]! > both!.links[1]!, 'the one with the earlier id is the later link')
  // One batch ends between the two.
  for (const batch of [both!.first, 10_000]) {
    await pool.query(`select webhooks_private.prune(now() + interval '402 days', $1)`, [batch])
    assert.equal((await pool.query('select * from webhooks.verify_audit_log()')).rows, [])
  }
  assert.is((await pool.query(`select from webhooks.audit_log where action like '%commit'`)).rowCount, 0)
})

audit('is pruned by thousands of rows in no time', async () => {
  await pool.query(`insert into webhooks.audit_log (action, at) select 'probe', now() - interval '500 days' from generate_series(1, 6000)`)
  await pool.query('select webhooks_private.chain_audit_log(10000)')
  const client = await db.connect()
  await client.query(`set statement_timeout = '3s'`) // 30 ms; when each row was held against each, 13 s
  const { rows } = await client.query(`select removed from webhooks_private.prune(now() + interval '402 days', 5000) where what = 'audit_log'`)
  assert.equal(rows, [{ removed: '5000' }])
  assert.equal((await client.query('select * from webhooks.verify_audit_log()')).rows, [])
  await client.end()
})

audit.after(() => db.drop())
audit.run()
