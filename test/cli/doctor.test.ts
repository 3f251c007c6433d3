/** `rowhook doctor` finds each of the faults that are planted here, one by one, and nothing in good health. */
import { randomBytes } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createKeyring } from '../../src/core/sealing.ts'
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
  { name: 'no worker', sql: `update webhooks_private.workers set ended_at = now(), ended_how = 'stopped'`, undo: `update webhooks_private.workers set ended_at = null, ended_how = null`, finds: /^fault workers: No worker runs/ },
  { name: 'a silent worker', sql: `insert into webhooks_private.workers (id, host, pid, version, heartbeat_at) values ('00000000-0000-0000-0000-000000000001', 'x', 1, '1', now() - interval '1 minute')`, undo: `delete from webhooks_private.workers where host = 'x'`, finds: /^warning workers: 1 of 2/ },
  { name: 'a disarmed database', sql: `update webhooks_private.arming set disarmed_reason = 'it is a copy'`, undo: `update webhooks_private.arming set disarmed_reason = null`, finds: /^fault clone guard: Nothing is sent: it is a copy/ },
  { name: 'a disabled fan-out trigger', sql: `alter table webhooks.events disable trigger _500_fan_out`, undo: `alter table webhooks.events enable trigger _500_fan_out`, finds: /^fault triggers of the log: Trigger _500_fan_out/ },
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
  { name: 'missing partitions', sql: `do $$ declare n text; begin for n in select name from webhooks_private.log_partitions() where parent = 'events' and ends > now() + interval '2 weeks' loop execute format('drop table webhooks_private.%I', n); end loop; end $$`, undo: `select webhooks_private.make_partitions()`, finds: /^fault partitions: Table events has partitions for \d weeks ahead/ },
]

for (const { name, sql, undo, more, finds } of plants) {
  doctor(`finds ${name}`, async () => {
    if (sql !== undefined) await shared.pool.query(sql)
    const found = await problems(shared, more)
    if (undo !== undefined) await shared.pool.query(undo)
    assert.ok(found.some((each) => finds.test(each)), found.join('\n') || 'nothing found')
    assert.is(found.length, 1, found.join('\n'))
  })
}

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
  assert.equal([report.healthy, report.findings.map(({ check }) => check)], [false, ['database version', 'migrations']])
  assert.match(report.findings[1]!.problems[0]!.remedy, 'rowhook migrate up')
})

doctor.run()
