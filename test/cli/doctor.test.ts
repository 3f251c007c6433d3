/** `rowhook doctor` finds each of the faults that are planted here, one by one, and nothing in good health. */
import { randomBytes } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createKeyring } from '../../src/core/sealing.ts'
import { connectClient } from '../../src/database/connection-error.ts'
import { OUR_TRIGGERS } from '../../src/database/doctor/server.ts'
import { examine, type Patient } from '../../src/database/doctor.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, endDelivery, deliveriesOf } from '../support/endpoints.ts'
import { commandsOn } from './in-process.ts'

const databases: TestDatabase[] = []
/** A database in good health: armed, and with a worker that gives signs of life. */
const healthy = async () => {
  const db = await createTestDatabase({ template: 'store' })
  databases.push(db)
  await db.pool.query(`
    insert into webhooks_private.workers (id, host, pid, version, heartbeat_at) values (gen_random_uuid(), 'here', 1, '1', now() + interval '1 hour');
    insert into webhooks_private.arming (fingerprints) values ('{here}')`)
  return db
}
/** Every problem, as `level check: problem`. */
const problems = async (db: TestDatabase, more: Partial<Patient> = {}): Promise<string[]> => {
  const client = await db.connect()
  const found = await examine({ client, databaseUrl: db.url, allowHttp: false, outboundEnabled: true, keyring: ring(key), nowMs: Date.now, ...more })
  await client.end()
  return found.flatMap(({ check, problems }) => problems.map(({ level, problem }) => `${level} ${check}: ${problem}`))
}

const key = randomBytes(32)
const ring = (...keys: Buffer[]) => createKeyring({ keys, randomBytes })

const shared = await healthy()

const doctor = suite('rowhook doctor')
doctor.after(async () => void (await Promise.all(databases.map((db) => db.drop()))))

doctor('finds nothing in good health, and ends with 0', async () => {
  assert.equal(await problems(shared), [])
  const { code, stdout } = await commandsOn(shared.url)('doctor')
  assert.is(code, 0)
  assert.match(stdout, /^ok {7}database version\nok {7}migrations\n/)
})

type Plant = { readonly name: string; readonly sql?: string; readonly more?: Partial<Patient>; readonly finds: RegExp; readonly undo?: string }

const plants: readonly Plant[] = [
  { name: 'a migration that was rewritten since', sql: `update webhooks.migrations_core set checksum = checksum || 'x' where name = '120_settings'`, undo: `update webhooks.migrations_core set checksum = left(checksum, 64)`, finds: /^fault migrations: Migrations have changed since [^]* core\/120_settings\.$/ },
  { name: 'what belongs to somebody else', sql: `alter table webhooks.alerts owner to current_user`, undo: `alter table webhooks.alerts owner to rowhook_owner`, finds: /^fault owners: 1 tables and functions of schema webhooks belong to \w+ and not to rowhook_owner: alerts, for one/ },
  { name: 'no worker', sql: `update webhooks_private.workers set ended_at = now(), ended_how = 'stopped'`, undo: `update webhooks_private.workers set ended_at = null, ended_how = null`, finds: /^fault workers: No worker runs/ },
  { name: 'a silent worker', sql: `insert into webhooks_private.workers (id, host, pid, version, heartbeat_at) values ('00000000-0000-0000-0000-000000000001', 'x', 1, '1', now() - interval '1 minute')`, undo: `delete from webhooks_private.workers where host = 'x'`, finds: /^warning workers: 1 of 2/ },
  { name: 'a disarmed database', sql: `update webhooks_private.arming set disarmed_reason = 'it is a copy'`, undo: `update webhooks_private.arming set disarmed_reason = null`, finds: /^fault clone guard: Nothing is sent: it is a copy/ },
  { name: 'a disabled fan-out trigger', sql: `alter table webhooks.events disable trigger _500_fan_out`, undo: `alter table webhooks.events enable trigger _500_fan_out`, finds: /^fault triggers of our tables: Trigger _500_fan_out of webhooks.events is disabled/ },
  { name: 'a disabled audit trigger', sql: `alter table webhooks_private.endpoint_secrets disable trigger _600_audit_changed`, undo: `alter table webhooks_private.endpoint_secrets enable trigger _600_audit_changed`, finds: /^fault triggers of our tables: Trigger _600_audit_changed/ },
  { name: 'a disabled capture trigger', sql: `alter table public.sales disable trigger _500_capture_insert`, undo: `alter table public.sales enable trigger _500_capture_insert`, finds: /^fault watched tables: .*sales/ },
  { name: 'sending switched off', sql: `update webhooks.settings set sending = false`, undo: `update webhooks.settings set sending = true`, finds: /^warning switches: Sending is switched off/ },
  { name: 'capture switched off', sql: `update webhooks.settings set capture = false`, undo: `update webhooks.settings set capture = true`, finds: /^warning switches: Capture/ },
  { name: 'a tenant switched off', sql: `insert into webhooks.tenant_settings (tenant_id, sending) values ('acme', false)`, undo: `delete from webhooks.tenant_settings`, finds: /^warning switches: .*acme/ },
  { name: 'a disabled event type', sql: `update webhooks.event_types set enabled = false where name = 'sale.created'`, undo: `update webhooks.event_types set enabled = true`, finds: /^warning switches: .*sale\.created/ },
  { name: 'an environment that sends nothing', more: { outboundEnabled: false }, finds: /^warning switches: OUTBOUND/ },
  { name: 'an environment without a key', more: { keyring: ring() }, finds: /^warning secrets at rest: Secrets are not sealed at rest/ },
  { name: 'environments that differ', more: { allowHttp: true }, finds: /^warning settings: .*WEBHOOK_ALLOW_HTTP/ },
  { name: 'dead letters that expire too late', sql: `update webhooks.settings set dead_letter_ttl = '60 days'`, undo: `update webhooks.settings set dead_letter_ttl = '7 days'`, finds: /^warning settings: dead_letter_ttl/ },
  { name: 'an alert that cannot fire', sql: `update webhooks.settings set alert_dead_letter_age = '8 days'`, undo: `update webhooks.settings set alert_dead_letter_age = '24 hours'`, finds: /^warning settings: alert_dead_letter_age/ },
  { name: 'clocks that differ', more: { nowMs: () => Date.now() - 90_000 }, finds: /^fault clocks: The clock of the database is \d+ ms ahead/ },
  { name: 'missing partitions', sql: `do $$ declare n text; begin for n in select name from webhooks_private.log_partitions() where parent = 'events' and ends > now() + interval '2 weeks' loop execute format('drop table webhooks_private.%I', n); end loop; end $$`, undo: `set role rowhook_owner; select webhooks_private.make_partitions(); reset role`, finds: /^fault partitions: Table events has partitions for \d weeks ahead/ },
  {
    name: 'a disabled trigger of a partition',
    sql: `create table public.readings (id bigint, tenant_id text, primary key (id)) partition by range (id);
          create table public.readings_1 partition of public.readings for values from (0) to (1000);
          select webhooks.watch('public.readings', 'reading', '[{"event": "reading.made", "on": "insert"}]');
          alter table public.readings_1 disable trigger _500_capture_insert`,
    undo: `select webhooks.unwatch('public.readings'); drop table public.readings`,
    finds: /^fault partitions of watched tables: Trigger \S+ of partition (public\.)?readings_1 is disabled/,
  },
  {
    name: 'a payload function in the hands of somebody whom capture does not trust',
    sql: `create table public.parcels (id bigint primary key, tenant_id text);
          create function public.parcel_payload(public.parcels) returns json language sql stable return '{}'::json;
          select webhooks.watch('public.parcels', 'parcel', '[{"event": "parcel.made", "on": "insert"}]', payload => 'public.parcel_payload(public.parcels)');
          do $$ begin create role doctor_stranger; exception when duplicate_object then null; end $$;
          grant create on schema public to doctor_stranger; alter function public.parcel_payload owner to doctor_stranger`,
    undo: `select webhooks.unwatch('public.parcels'); drop function public.parcel_payload; drop table public.parcels; revoke create on schema public from doctor_stranger`,
    finds: /^fault watched tables: Event parcel\.made .*parcel_payload/,
  },
  { name: 'rows in the open-ended partition', sql: `insert into webhooks.events (id, type) values ('ffffffff-0000-7000-8000-000000000000', 'a.b'); analyze webhooks.events`, undo: `delete from webhooks.events where id = 'ffffffff-0000-7000-8000-000000000000'; analyze webhooks_private.events_later`, finds: /^warning partitions: About 1 rows of events lie in its open-ended/ },
  { name: 'jobs that nobody has freed', sql: `select graphile_worker.add_job('deliver', '{}'); update graphile_worker._private_jobs set locked_at = now() - interval '20 minutes', locked_by = 'gone'`, undo: `delete from graphile_worker._private_jobs`, finds: /^warning jobs: 1 jobs deliver have been locked/ },
  { name: 'an endpoint whose circuit is open', sql: `insert into webhooks.endpoints (name, url, events) values ('ledger', 'https://ledger.test', '{*}'); insert into webhooks_private.lanes (endpoint_id, circuit, held_until, held_reason) select id, 'open', now() + interval '5 minutes', 'circuit open' from webhooks.endpoints`, undo: `delete from webhooks_private.lanes; delete from webhooks.endpoints`, finds: /^warning endpoints: ledger .* has failed for/ },
  { name: 'an endpoint that refuses its credentials', sql: `insert into webhooks.endpoints (name, url, events) values ('ledger', 'https://ledger.test', '{*}'); insert into webhooks.endpoint_stats (endpoint_id, tenant_id, credentials_refused_at) select id, tenant_id, now() from webhooks.endpoints on conflict (endpoint_id) do update set credentials_refused_at = now()`, undo: `delete from webhooks.endpoint_stats; delete from webhooks.endpoints`, finds: /^warning endpoints: The receiver of ledger .* refuses the credentials/ },
  { name: 'an http endpoint that may not be', sql: `update webhooks.settings set allow_http = true; insert into webhooks.endpoints (url, events) values ('http://plain.test', '{*}'); update webhooks.settings set allow_http = false`, undo: `delete from webhooks.endpoints`, finds: /^fault settings: 1 active endpoints are http/ },
  { name: 'a lock table that is too small', sql: `insert into webhooks.endpoints (url, events, tenant_id) select 'https://many.test', '{*}', n::text from generate_series(1, current_setting('max_locks_per_transaction')::integer * current_setting('max_connections')::integer / 2 + 1) as n`, undo: `delete from webhooks.endpoints`, finds: /^warning room for locks: \d+ endpoints may each need a lock/ },
  { name: 'an open alert', sql: `insert into webhooks.alerts (kind, subject, summary) values ('worker_lost', 'w', 'Worker w ended without saying so.')`, undo: `delete from webhooks.alerts`, finds: /^warning open alerts: Worker w ended/ },
]

for (const { name, sql, undo, more, finds } of plants) {
  doctor(`finds ${name}`, async () => {
    if (sql !== undefined) await shared.pool.query(sql)
    const found = await problems(shared, more)
    if (undo !== undefined) await shared.pool.query(undo)
    assert.ok(found.some((each) => finds.test(each)), found.join('\n') || 'nothing found')
    const others = found.filter((each) => !finds.test(each) && !each.startsWith('warning secrets at rest')) // as nobody has set a key here
    assert.equal(others, [])
  })
}

doctor('knows every trigger of our tables', async () => {
  const { rows } = await shared.pool.query<{ relation: string; names: string[] }>(
    `select t.tgrelid::regclass::text as relation, array_agg(t.tgname::text order by t.tgname) as names from pg_trigger as t join pg_class as c on c.oid = t.tgrelid
      where c.relnamespace in ('webhooks'::regnamespace, 'webhooks_private'::regnamespace) and not t.tgisinternal and not c.relispartition group by 1 order by 1`,
  )
  assert.equal(Object.fromEntries(rows.map(({ relation, names }) => [relation, names])), OUR_TRIGGERS)
})

doctor('can be asked by a DBA, who sees all of it', async () => {
  await shared.pool.query(`do $$ begin create role doctor_dba login password 'x'; exception when duplicate_object then null; end $$; alter role doctor_dba password 'x'; grant rowhook_dba to doctor_dba`)
  const url = Object.assign(new URL(shared.url), { username: 'doctor_dba', password: 'x' }).href
  const client = await connectClient({ connectionString: url })
  const findings = await examine({ client, databaseUrl: url, allowHttp: false, outboundEnabled: true, keyring: ring(key), nowMs: Date.now })
  await client.end()
  assert.equal(findings.flatMap(({ problems: found }) => found.map(({ problem }) => problem)), ['doctor_dba may administer, and no worker can run as it.'])
  assert.is((await commandsOn(url)('migrate', 'status')).code, 0)
  assert.match((await commandsOn(url)('arm')).stderr, /^The database user may not do this\.[^]*Hint: Grant rowhook_owner[^]*Code: WHRGT/)
})

doctor('finds lanes that do not move, dead letters, and a contradiction of retries and retention', async () => {
  const db = await healthy()
  const endpointId = await createEndpoint(db.pool, { retry_schedule: ['20 days'], max_attempts: 4 })
  await createEvents(db.pool, { count: 15 })
  const all = await deliveriesOf(db.pool, endpointId)
  for (const { id } of all.slice(0, 12)) await endDelivery(db.pool, id, 'failed')
  await db.pool.query(`update webhooks.deliveries set next_retry_at = now() - interval '5 minutes' where status = 'pending'`)
  const found = await problems(db)
  for (const finds of [/^fault lanes that do not move: 3 deliveries/, /^warning dead letters: There are 12/, /^fault settings: An endpoint retries for longer/]) {
    assert.ok(found.some((each) => finds.test(each)), `${finds}\n${found.join('\n')}`)
  }
})

doctor('finds secrets that lie open, under an older key, under a key that is missing, and those of another endpoint', async () => {
  const db = await healthy()
  const [older, gone] = [randomBytes(32), randomBytes(32)]
  const sealBy = async (keyring: ReturnType<typeof ring>, place: 'its own' | 'another' = 'its own') => {
    const id = await createEndpoint(db.pool, { name: `${place} place` })
    const endpointId = place === 'its own' ? id : '019aa7a2-3f00-7000-8000-000000000001'
    await db.pool.query('select webhooks.set_secret($1, $2)', [id, keyring.seal(`whsec_${randomBytes(32).toString('base64')}`, { tenantId: 'default', endpointId, purpose: 'signing' })])
    return id
  }
  await sealBy(ring(key))
  assert.equal(await problems(db), [])
  await createEndpoint(db.pool, { headers: { 'x-token': 'hunter2' } })
  await sealBy(ring(older))
  const [missing, copied] = [await sealBy(ring(gone)), await sealBy(ring(key), 'another')]
  const found = await problems(db, { keyring: ring(key, older) })
  assert.is(found.length, 4, found.join('\n'))
  const [open, old, lost, foreign] = found
  assert.match(open!, /^warning secrets at rest: 2 secrets and header values are not sealed/)
  assert.match(old!, /^warning secrets at rest: 1 secrets and header values are sealed by an older key/)
  assert.match(lost!, `its own place (${missing}) wait: its signing secret is sealed by key ${ring(gone).newest}`)
  assert.match(foreign!, `another place (${copied}) wait: its signing secret was sealed for another place`)
})

doctor('finds a backlog that a worker does serve, and names its limit', async () => {
  const db = await healthy()
  const endpointId = await createEndpoint(db.pool, { name: 'slow', rate_limit: 7 })
  await createEvents(db.pool, { count: 2 })
  await db.pool.query(`update webhooks.deliveries set next_retry_at = now() - interval '5 minutes'`)
  const owner = await db.connect('rowhook_owner')
  await owner.query('select pg_advisory_lock(webhooks_private.lane_lock($1))', [endpointId])
  assert.match((await problems(db)).join('\n'), /^warning backlog: 2 deliveries to slow .* wait, the first for 00:05/m)
  await owner.end()
})

doctor('finds a login that lacks every right', async () => {
  await shared.pool.query(`do $$ begin create role doctor_nobody login password 'nobody'; exception when duplicate_object then null; end $$`)
  const url = new URL(shared.url)
  url.username = 'doctor_nobody'
  url.password = 'nobody'
  const { code, stdout } = await commandsOn(url.href)('doctor')
  assert.is(code, 1)
  assert.match(stdout, /doctor_nobody is a member of neither rowhook_owner nor rowhook_dba|permission denied|could not be/)
})

doctor('finds a table that lost a column', async () => {
  const db = await healthy()
  await db.pool.query('create table public.parcels (id bigint primary key, tenant_id text, weight integer)')
  await db.pool.query(`select webhooks.watch('public.parcels', 'parcel', '[{"event": "parcel.weighed", "on": "update", "changed": ["weight"]}]')`)
  await db.pool.query('alter table public.parcels drop column weight')
  assert.match((await problems(db)).join('\n'), /^fault watched tables: Event parcel\.weighed of .*parcels .*: .*weight/m)
})

doctor('says that a database is not migrated, and ends with 1', async () => {
  const db = await createTestDatabase({ template: 'empty' })
  databases.push(db)
  const { code, stdout } = await commandsOn(db.url)('doctor', '--json')
  assert.is(code, 1)
  const report = JSON.parse(stdout) as { healthy: boolean; findings: { check: string; problems: { remedy: string }[] }[] }
  assert.equal([report.healthy, report.findings.map(({ check }) => check)], [false, ['database version', 'migrations', 'rights']])
  assert.match(report.findings[1]!.problems[0]!.remedy, 'rowhook migrate up')
})

doctor.run()
