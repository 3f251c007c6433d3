/** The administrators' commands: what they print, as tables and as JSON, and what they change. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { commandsOn } from './in-process.ts'

const db = await createTestDatabase({ template: 'store' })
const { pool } = db
const rowhook = commandsOn(db.url)
/** Runs with --json and gives what it means. */
const json = async <T = Record<string, unknown>>(...args: string[]): Promise<T> => {
  const { code, stdout, stderr } = await rowhook(...args, '--json')
  assert.equal([code, stderr], [0, ''])
  return JSON.parse(stdout) as T
}
const HOUR_AGO = new Date(Date.now() - 3_600_000).toISOString()

const endpoints = suite('rowhook endpoints')

endpoints('makes one, shows it without its secret, and lists it', async () => {
  const { id, secret } = await json<{ id: string; secret: string }>('endpoints', 'create', 'https://shop.test/hook', '--name', 'ledger', '--tenant', 'acme', '--event', 'sale.*', '--rate-limit', '60')
  assert.match(secret, /^whsec_/)
  const shown = await json('endpoints', 'show', id)
  assert.equal([shown['name'], shown['tenant_id'], shown['events'], shown['rate_limit'], shown['state']], ['ledger', 'acme', ['sale.*'], 60, 'ok'])
  assert.not.match(JSON.stringify(shown), 'whsec_')
  const { stdout } = await rowhook('endpoints', 'list', '--tenant', 'acme')
  assert.match(stdout, /^id +\| tenant_id[^]*acme[^]*ledger[^]*\(1 row\)\n$/)
})

endpoints('pauses, resumes, disables, enables, rotates, tests and deletes', async () => {
  const id = await createEndpoint(pool, { tenant_id: 'acts' })
  const states = []
  for (const act of ['pause', 'resume', 'disable', 'enable', 'delete']) states.push((await json('endpoints', act, id))['state'])
  assert.equal(states, ['paused', 'ok', 'disabled', 'ok', 'deleted'])
  const other = await createEndpoint(pool, { tenant_id: 'acts' })
  assert.match((await json('endpoints', 'rotate-secret', other, '--overlap', '1 hour'))['secret'] as string, /^whsec_/)
  const { event_id } = await json('endpoints', 'test', other)
  assert.equal((await deliveriesOf(pool, other)).map((row) => row.event_id), [event_id])
})

endpoints('says what is wrong with an id, and with a URL', async () => {
  const missing = await rowhook('endpoints', 'show', '019aa7a2-3f00-7000-8000-000000000001')
  assert.equal([missing.code, missing.stdout], [1, ''])
  assert.match(missing.stderr, /no endpoint 019aa7a2[^]*Code: WHNOF/)
  const nonsense = await rowhook('endpoints', 'pause', 'nonsense')
  assert.is(nonsense.code, 2)
  assert.match(nonsense.stderr, /'nonsense'[^]*must be an id/)
  assert.match((await rowhook('endpoints', 'create', 'http://shop.test')).stderr, /Code: WHURL/)
})

endpoints.run()

const deliveries = suite('rowhook deliveries')

deliveries('lists, shows, cancels and retries', async () => {
  const endpointId = await createEndpoint(pool, { tenant_id: 'shop' })
  await createEvents(pool, { tenant: 'shop', count: 3 })
  const [first] = await deliveriesOf(pool, endpointId)
  await endDelivery(pool, first!.id, 'failed')
  assert.equal((await json<Record<string, unknown>[]>('deliveries', 'list', '--endpoint', endpointId)).map(({ status }) => status), ['pending', 'pending', 'failed'])
  assert.equal((await json<unknown[]>('deliveries', 'list', '--tenant', 'shop', '--status', 'failed', '--type', 'test.event', '--limit', '1')).length, 1)
  const shown = await json('deliveries', 'show', first!.id)
  assert.equal([shown['endpoint_id'], shown['attempt_log']], [endpointId, []])
  assert.match((await rowhook('deliveries', 'show', first!.id)).stdout, /payload +\{"id"[^]*\(0 rows\)/)
  assert.is((await json('deliveries', 'retry', first!.id))['status'], 'retrying')
  assert.is((await json('deliveries', 'cancel', first!.id))['status'], 'cancelled')
  await endDelivery(pool, first!.id, 'success')
  assert.match((await rowhook('deliveries', 'cancel', first!.id)).stderr, /Code: WHDON/)
})

deliveries('tail prints the last ones', async () => {
  await createEndpoint(pool, { tenant_id: 'tailed' })
  await createEvents(pool, { tenant: 'tailed', count: 12 })
  const { stdout } = await rowhook('tail', '--once', '--tenant', 'tailed')
  assert.is(stdout.match(/pending +test\.event/g)?.length, 10)
})

deliveries.run()

const many = suite('rowhook recover and replay')

many('count first, changing nothing, then do it', async () => {
  const tenant = 'many'
  await createEvents(pool, { tenant, count: 4 })
  const endpointId = await createEndpoint(pool, { tenant_id: tenant })
  const window = [endpointId, '--since', HOUR_AGO]
  assert.equal(await json('replay', ...window, '--dry-run'), { would_replay: 4 })
  assert.equal(await deliveriesOf(pool, endpointId), [])
  assert.equal(await json('replay', ...window, '--type', 'test.event'), { replayed: 4 })
  for (const { id } of await deliveriesOf(pool, endpointId)) await endDelivery(pool, id, 'failed')
  assert.equal(await json('recover', ...window, '--dry-run'), { would_recover: 4 })
  assert.equal(await json('recover', ...window, '--until', HOUR_AGO), { recovered: 0 })
  assert.equal(await json('recover', ...window), { recovered: 4 })
  assert.equal((await deliveriesOf(pool, endpointId)).map(({ status }) => status), Array(4).fill('retrying'))
})

many('ask for the window', async () => {
  const { code, stderr } = await rowhook('recover', 'x')
  assert.is(code, 2)
  assert.match(stderr, '--since')
})

many.run()

const capture = suite('rowhook watch and unwatch')

capture('watch a table by three default rules, or by given ones, and stop again', async () => {
  await pool.query('create table public.crates (id bigint generated always as identity primary key, tenant_id text, size text)')
  const watched = await json<Record<string, unknown>[]>('watch', 'public.crates')
  assert.equal(watched.filter(({ table }) => String(table).endsWith('crates')).map(({ event }) => event), ['crate.created', 'crate.updated', 'crate.deleted'])
  await pool.query(`insert into public.crates (tenant_id, size) values ('acme', 'xl')`)
  assert.is((await pool.query(`select from webhooks.events where type = 'crate.created'`)).rowCount, 1)
  const { stdout } = await rowhook('watch', 'public.crates', '--no-tenant-column', '--rules', '[{"event": "crate.grown", "on": "update", "changed": ["size"]}]')
  assert.match(stdout, /crate\.grown/)
  assert.not.match(stdout, /crate\.created/)
  assert.is((await rowhook('unwatch', 'public.crates')).stdout, 'public.crates is no longer watched\n')
  assert.equal(await json('unwatch', 'public.crates'), { table: 'public.crates', was_watched: false })
  assert.match((await rowhook('watch', 'public.crates', '--rules', 'nonsense')).stderr, /Code: WHDAT/)
  for (const verb of ['watch', 'unwatch']) assert.match((await rowhook(verb, 'public.nowhere')).stderr, /^There is no table public\.nowhere\.[^]*Code: WHREL/)
  assert.match((await rowhook('sql', 'select * from nowhere')).stderr, /relation "nowhere" does not exist[^]*Code: WHSQL/)
})

capture.run()

const settings = suite('rowhook settings')

settings('lists and changes, all or none', async () => {
  assert.ok((await json<unknown[]>('settings')).length > 20)
  assert.equal((await json<{ name: string; value: string }[]>('settings', 'dead_letter_ttl=14 days', 'alert_p95_ms=1500')).map(({ name, value }) => [name, value]), [['dead_letter_ttl', '14 days'], ['alert_p95_ms', '1500']])
  const refused = await rowhook('settings', 'alert_p95_ms=1', 'event_retention=1 day')
  assert.match(refused.stderr, /^The setting event_retention cannot be "1 day"\.\nDetail: It breaks the rule settings_\w+: CHECK [^]*\nHint: What it is: Age [^]*Code: WHVAL/)
  assert.equal((await pool.query('select alert_p95_ms from webhooks.settings')).rows, [{ alert_p95_ms: 1500 }])
})

settings('say which value does not fit, and never show the row', async () => {
  assert.match((await rowhook('settings', 'sending=true', 'alert_p95_ms=abc')).stderr, /^The setting alert_p95_ms cannot be "abc"\.\nDetail: It has to be of type integer: [^]*Code: WHVAL/)
  const missing = await rowhook('settings', 'alert_p95_ms=')
  assert.match(missing.stderr, /^The setting alert_p95_ms cannot be without a value\.[^]*Code: WHVAL/)
  assert.not.match(missing.stderr, 'Failing row')
  assert.match((await rowhook('settings', '--tenant', 'acme', 'rate_limit=-1')).stderr, /^The setting rate_limit cannot be "-1"/)
})

settings('name those that there are, and the environment where it decides', async () => {
  assert.match((await rowhook('settings', 'retention=1')).stderr, /event_retention[^]*Code: WHSET/)
  assert.match((await rowhook('settings', 'allow_http=true')).stderr, /environment[^]*Code: WHSET/)
})

settings('of a tenant begin with the first change', async () => {
  assert.match((await rowhook('settings', '--tenant', 'acme')).stderr, /has the defaults/)
  await rowhook('settings', '--tenant', 'acme', 'rate_limit=', 'sending=false')
  assert.equal((await pool.query(`select sending, rate_limit from webhooks.tenant_settings where tenant_id = 'acme'`)).rows, [{ sending: false, rate_limit: null }])
})

settings.run()

const retention = suite('rowhook partitions and forget-tenant')

retention('show the weeks, and do what is due', async () => {
  const { stdout } = await rowhook('partitions')
  assert.match(stdout, /deliveries_\d{8}/)
  const weeks = await json<{ name: string }[]>('partitions')
  assert.is(weeks.length, 30)
  assert.equal((await json('partitions', '--run'))['postponed'], [])
})

retention('forget a tenant only when it is confirmed', async () => {
  await createEndpoint(pool, { tenant_id: 'leaver' })
  await createEvents(pool, { tenant: 'leaver', count: 2 })
  assert.match((await rowhook('forget-tenant', 'leaver')).stderr, /Code: WHYES/)
  assert.is((await json('forget-tenant', 'leaver', '--yes'))['deleted_rows'], 5)
})

retention.after(() => db.drop())
retention.run()

const others = suite('the other commands')

others('say the same as JSON', async () => {
  const other = await createTestDatabase({ template: 'core' })
  const run = commandsOn(other.url)
  const parse = async <T>(...args: string[]): Promise<T> => JSON.parse((await run(...args, '--json')).stdout) as T
  assert.equal((await parse<{ armed_as: string[] }>('arm')).armed_as.length, 1)
  await createEndpoint(other.pool)
  const { event_id, deliveries } = await parse<{ event_id: string; deliveries: number }>('emit', 'test.event')
  assert.equal([(await other.pool.query('select from webhooks.events where id = $1', [event_id])).rowCount, deliveries], [1, 1])
  assert.equal(await parse('sql', `select 1 as one, null as none; delete from webhooks.api_keys`), [{ columns: ['one', 'none'], rows: [['1', null]], tag: 'SELECT 1' }, { columns: [], rows: [], tag: 'DELETE 0' }])
  const states = await parse<{ state: string }[]>('migrate', 'status')
  assert.ok(states.length > 40 && states.every(({ state }) => ['applied', 'pending'].includes(state)), JSON.stringify(states[0]))
  assert.equal(await parse('migrate', 'up', '--core-only'), { applied: [] })
  process.env['JWT_SECRET'] = 'a secret of the tests, 32 characters or more'
  assert.match((await parse<{ token: string }>('token', '--role', 'operator')).token, /^[\w-]+\.[\w-]+\.[\w-]+$/)
  delete process.env['JWT_SECRET']
  await other.drop()
})

others.run()
