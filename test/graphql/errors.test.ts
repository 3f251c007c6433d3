/** What a client sees of errors, and what bounds and rights stand behind every request. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pgSettingsOf } from '../../src/graphql/identity.ts'
import { JWT_SECRET, startTestApi } from '../support/api.ts'
import { runCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const operator = await api.as('operator')

const errors = suite('errors')

errors('of the server itself show an id and nothing else; the log has the rest under it', async () => {
  await db.pool.query('alter table webhooks.alerts rename column summary to hidden_summary')
  const { errors: [error], text } = await operator('{ alerts { nodes { summary } } }')
  await db.pool.query('alter table webhooks.alerts rename column hidden_summary to summary')
  assert.is(error!.extensions!['code'], 'WHINT')
  assert.not.match(text, /hidden_summary|does not exist|\.[jt]s:\d/)
  const logged = api.logged.splice(0)
  assert.ok(logged.length === 1 && logged[0]!.includes(error!.extensions!['id']!) && logged[0]!.includes('does not exist'))
})

errors('tell what took too long, once its time is over, and the next request of the connection is none the worse', async () => {
  const impatient = await startTestApi(db.url, { statementTimeoutMs: 300 })
  const client = await impatient.as('owner', 'a')
  const id = await createEndpoint(db.pool, { tenant_id: 'a' })
  const holder = await db.connect()
  await holder.query('begin')
  await holder.query('select from webhooks.endpoints where id = $1 for update', [id])
  const startedMs = performance.now()
  const { status, errors: [error], data } = await client(`mutation { pauseEndpoint(id: "${id}") { endpoint { id } } }`)
  assert.ok(performance.now() - startedMs >= 300)
  assert.equal([status, error!.extensions!['code'], error!.path, data], [200, 'WHSLO', ['pauseEndpoint'], { pauseEndpoint: null }])
  await holder.query('rollback')
  await holder.end()
  const { data: next } = await client(`mutation { pauseEndpoint(id: "${id}") { endpoint { pausedAt } } }`)
  assert.ok(next.pauseEndpoint.endpoint.pausedAt)
  assert.equal(impatient.logged, [])
  await impatient.stop()
  assert.is(pgSettingsOf({ subject: 'ada', role: 'owner', tenantId: 'a', expiresAtMs: undefined, keyId: undefined }, 'http')['statement_timeout'], '10000', 'the time of those who are told nothing else')
})

errors('do not befall a tenant while another asks for more than the server has connections', async () => {
  const id = await createEndpoint(db.pool, { tenant_id: 'a' })
  const [busy, other] = await Promise.all([api.as('owner', 'a'), api.as('owner', 'b')])
  const holder = await db.connect()
  await holder.query('begin')
  await holder.query('select from webhooks.endpoints where id = $1 for update', [id])
  const asked = Array.from({ length: 130 }, () => busy(`mutation { pauseEndpoint(id: "${id}") { endpoint { id } } }`))
  await waitFor(async () => (await db.pool.query(`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount === 10, { what: 'ten requests to wait for the lock' })
  assert.equal((await other('{ endpoints { nodes { id } } }')).errors, [])
  await holder.query('rollback')
  await holder.end()
  const codes = (await Promise.all(asked)).map(({ errors: [error] }) => error?.extensions?.['code'])
  assert.equal([codes.filter((code) => code === undefined).length, codes.filter((code) => code === 'WHBSY').length], [110, 20])
})

errors('tell when the database is away, and readyz says so', async () => {
  const other = await createTestDatabase({ template: 'core' })
  const server = await startTestApi(other.url)
  const client = await server.as('owner', 'a')
  await other.drop()
  const ready = await fetch(`${server.url}/readyz`)
  assert.is(ready.status, 503)
  assert.match(await ready.text(), 'The database cannot be asked')
  const { errors: [error], text } = await client('{ endpoints { nodes { id } } }')
  assert.is(error!.extensions!['code'], 'WHINT')
  assert.not.match(text, other.name)
  await server.stop()
})

const login = suite('the login of the server')

login('can become the four roles of the API, has the rights of none, and owns nothing', async () => {
  const roles = async (right: string) =>
    (await db.pool.query<{ rolname: string }>(`select rolname from pg_roles where pg_has_role('rowhook_api', oid, $1) and rolname <> 'rowhook_api' order by 1`, [right])).rows.map(({ rolname }) => rolname)
  assert.equal(await roles('member'), ['rowhook_manager', 'rowhook_operator', 'rowhook_tenant_owner', 'rowhook_viewer'])
  assert.equal(await roles('usage'), [])
  const { rows } = await db.pool.query(`select rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,
           (select count(*)::integer from pg_shdepend as d where d.refobjid = r.oid and d.deptype = 'o') as owned,
           (select count(*)::integer from pg_class as c where c.relnamespace in ('webhooks'::regnamespace, 'webhooks_private'::regnamespace)
               and c.relkind in ('r', 'p', 'v') and has_table_privilege('rowhook_api', c.oid, 'select, insert, update, delete, truncate')) as tables
      from pg_roles as r where rolname = 'rowhook_api'`)
  assert.equal(rows, [{ rolsuper: false, rolcreaterole: false, rolcreatedb: false, rolreplication: false, rolbypassrls: false, owned: 0, tables: 0 }])
})

const token = suite('rowhook token')

token('makes one that the server accepts, for whom and as long as it says', async () => {
  const make = (...args: string[]) => runCommand(['token', ...args], { env: { JWT_SECRET, DATABASE_URL: db.url } })
  const { stdout } = await make('--tenant', 'a', '--role', 'manager', '--subject', 'mia', '--expires', '5m')
  const { data } = await api.withToken(stdout.trim())('{ me { subject role tenantId expiresAt } }')
  assert.equal({ ...data.me, expiresAt: '' }, { subject: 'mia', role: 'manager', tenantId: 'a', expiresAt: '' })
  assert.ok(Math.abs(Date.parse(data.me.expiresAt) - Date.now() - 300_000) < 60_000)
  assert.match((await make('--role', 'viewer')).stderr, 'WHCLM')
})

token.after(async () => {
  assert.equal(api.logged, [])
  await api.stop()
  await db.drop()
})

errors.run()
login.run()
token.run()
