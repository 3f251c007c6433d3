/** Connections: the role they take, and what is said when there is nobody to connect to. */
import { randomBytes } from 'node:crypto'
import { getHeapSpaceStatistics } from 'node:v8'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RowhookError } from '../../src/core/errors.ts'
import { createKeyring } from '../../src/core/sealing.ts'
import { booleanArray, doubleArray, integerArray, jsonArray, textArray, uuidArray } from '../../src/database/binary-arrays.ts'
import { connectClient } from '../../src/database/connection-error.ts'
import { examine } from '../../src/database/doctor.ts'
import { migrateStatus, migrateUp } from '../../src/database/migrate.ts'
import { checkPool, createPool, type PoolOptions } from '../../src/database/pool.ts'
import { openLockSession } from '../../src/database/session.ts'
import { unhurried } from '../../src/database/unhurried.ts'
import { inTransaction } from '../../src/database/transaction.ts'
import { createTestDatabase } from '../support/database.ts'
import { createDoor } from '../support/door.ts'
import { createPooler } from '../support/pooler.ts'

const db = await createTestDatabase({ template: 'core' })
const work = await createTestDatabase({ template: 'empty' })

const refusal = async (options: Partial<PoolOptions> & { databaseUrl: string }): Promise<RowhookError> => {
  const pool = createPool({ name: 'test', ...options })
  const error = await checkPool(pool).catch((thrown: unknown) => thrown)
  await pool.end()
  assert.instance(error, RowhookError)
  return error as RowhookError
}

const withPath = (path: string) => Object.assign(new URL(db.url), { pathname: path }).href

const pools = suite('a pool')

pools('takes its role at login, and keeps it after a reset', async () => {
  const pool = createPool({ databaseUrl: db.url, name: 'test', role: 'rowhook_owner', max: 1 })
  await pool.query('set role rowhook_viewer')
  await pool.query('reset role')
  const { rows } = await pool.query('select current_user as role')
  await pool.end()
  assert.equal(rows, [{ role: 'rowhook_owner' }])
})

pools('keeps the options that the URL has already', async () => {
  const pool = createPool({ databaseUrl: `${db.url}?options=-c%20work_mem%3D7MB`, name: 'test', role: 'rowhook_owner' })
  const { rows } = await pool.query(`select current_user as role, current_setting('work_mem') as memory`)
  await pool.end()
  assert.equal(rows, [{ role: 'rowhook_owner', memory: '7MB' }])
})

pools('says what it tried, without the password', async () => {
  const error = await refusal({ databaseUrl: 'postgres://app:hunter2@127.0.0.1:1/shop' })
  assert.is(error.code, 'WHDBC')
  assert.match(error.detail!, 'postgres://app@127.0.0.1:1/shop')
  assert.match(error.detail!, 'ECONNREFUSED')
  assert.not.match(JSON.stringify([error.message, error.detail, error.hint]), 'hunter2')
})

pools('says what to do about a database that is not there', async () => {
  const error = await refusal({ databaseUrl: withPath('/rowhook_nowhere') })
  assert.match(error.detail!, 'database "rowhook_nowhere" does not exist')
  assert.match(error.hint!, 'createdb')
})

pools('names migrate where the role may not be taken', async () => {
  const error = await refusal({ databaseUrl: `${db.url}?options=-c%20role%3Drowhook_nobody` })
  assert.match(error.hint!, 'rowhook migrate up')
})

pools('ends a statement that takes too long', async () => {
  const pool = createPool({ databaseUrl: work.url, name: 'test', max: 1, statementTimeoutMs: 50 })
  const error = await pool.query('select pg_sleep(10)').catch((thrown: unknown) => thrown)
  assert.is((error as { code?: string }).code, '57014')
  const { rows } = await pool.query('select 1 as one')
  assert.equal(rows, [{ one: 1 }])
  await pool.end()
})

pools('lets a statement take longer where that is said, and no other one', async () => {
  const pool = createPool({ databaseUrl: work.url, name: 'test', max: 1, statementTimeoutMs: 50 })
  const client = await pool.connect()
  assert.is((await unhurried(client, (slow) => slow.query('select pg_sleep(0.2)'))).rowCount, 1)
  const error = await client.query('select pg_sleep(10)').catch((thrown: unknown) => thrown)
  assert.is((error as { code?: string }).code, '57014')
  client.release()
  await pool.end()
})

pools('does not wait for an answer that never comes, and gives nobody that connection again', async () => {
  const door = await createDoor(work.url)
  const pool = createPool({ databaseUrl: door.url, name: 'test', max: 1, statementTimeoutMs: 100 })
  const client = await pool.connect()
  door.vanish()
  const error = await client.query('select').catch((thrown: unknown) => thrown)
  assert.match((error as Error).message, 'timeout')
  client.release()
  assert.is((await pool.query('select')).rowCount, 1)
  door.vanish()
  const second = await pool.query('select').catch((thrown: unknown) => thrown)
  assert.match((second as Error).message, 'timeout')
  assert.is((await pool.query('select')).rowCount, 1)
  await pool.end()
  door.close()
})

pools('lets go of what was read as soon as nobody has it any more', async () => {
  const oldBytes = () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size
  const pool = createPool({ databaseUrl: work.url, name: 'test', max: 1, statementTimeoutMs: 10_000 })
  const client = await pool.connect()
  const session = await openLockSession(db.url)
  const ways = { client: () => client.query(statement), pool: () => pool.query(statement), session: () => session.connection.query(statement) }
  const statement = { text: `select repeat('x', 20000)` }
  for (const [name, ask] of Object.entries(ways)) {
    if (name === 'pool') client.release()
    const before = oldBytes()
    for (let times = 0; times < 400; times += 1) await ask()
    assert.ok(oldBytes() - before < 2_000_000, `${name}: ${oldBytes() - before} bytes of 8,000,000 were moved to the old generation`)
  }
  await session.close()
  await pool.end()
})

pools('passes binary arrays on as they were', async () => {
  const texts = ['', null, 'NULL', '{"a":"\\\\ \\""}', "it's, {x}", 'zwölf Öfen 🦊', '\t\n']
  const ids = ['0199D1A5-5a70-7000-8fff-00000000000a', 'ffffffff-ffff-ffff-ffff-ffffffffffff']
  const integers = [0, null, -1, 2_147_483_647, -2_147_483_648]
  const doubles = [0, -0.5, 1_763_780_000_123.25]
  const pool = createPool({ databaseUrl: db.url, name: 'test' })
  const jsons = ['{"b": "ü", "a":1}', null, '{}']
  const { rows } = await pool.query<unknown[]>({
    rowMode: 'array',
    text: 'select $1::text[], $2::uuid[]::text[], $3::integer[], $4::double precision[], $5::boolean[], $6::text[], $7::json[]::text[]',
    values: [textArray(texts), uuidArray(ids), integerArray(integers), doubleArray(doubles), booleanArray([true, false]), textArray([]), jsonArray(jsons)],
  })
  await pool.end()
  assert.equal(rows, [[texts, ids.map((id) => id.toLowerCase()), integers, doubles, [true, false], [], jsons]])
})

pools.after(() => db.drop())
for (const does of ['refuse', 'drop'] as const) {
  pools(`is refused behind a pooler that ${does}s its settings, and so are locks and migrations; what needs no session works`, async () => {
    const pooler = await createPooler(db.url, does)
    const url = pooler.urlOf(db.url)
    const codeOf = (work: () => Promise<unknown>) => work().then(() => undefined, ({ code, hint }: RowhookError) => [code, /address of PostgreSQL itself/.test(hint ?? '')])
    assert.equal((await refusal({ databaseUrl: url, role: 'rowhook_owner' })).code, 'WHPOL')
    for (const work of [() => openLockSession(url), () => migrateUp({ databaseUrl: url })]) assert.equal(await codeOf(work), ['WHPOL', true])
    assert.ok((await migrateStatus({ databaseUrl: url, patienceMs: 100 })).every(({ state }) => state !== 'unknown'))
    const client = await connectClient({ connectionString: url })
    const findings = await examine({ client, databaseUrl: url, allowHttp: false, outboundEnabled: true, keyring: createKeyring({ keys: [], randomBytes }), nowMs: Date.now })
    assert.match(findings.find(({ check }) => check === 'sessions')!.problems[0]!.problem, /^No worker could start with this DATABASE_URL: Between [^]*pooler/)
    await client.end()
    await pooler.close()
  })
}

pools.run()

const transactions = suite('inTransaction')

transactions.before(() => work.pool.query('create table notes (text text unique deferrable initially deferred)').then(() => undefined))
transactions.after(() => work.drop())

const notes = async () => (await work.pool.query<{ text: string }>('select text from notes order by 1')).rows.map(({ text }) => text)

transactions('commits what the work wrote and gives back what it returned', async () => {
  const result = await inTransaction(work.pool, async (client) => (await client.query(`insert into notes values ('kept')`)).rowCount)
  assert.equal([result, await notes()], [1, ['kept']])
})

transactions('rolls back when the work throws', async () => {
  const failing = inTransaction(work.pool, async (client) => {
    await client.query(`insert into notes values ('lost')`)
    throw new Error('changed my mind')
  })
  assert.is(await failing.catch((error: Error) => error.message), 'changed my mind')
  assert.equal(await notes(), ['kept'])
})

transactions('throws when the commit is refused, and leaves the connection usable', async () => {
  const failing = inTransaction(work.pool, (client) => client.query(`insert into notes values ('kept')`))
  const said = await failing.then(
    () => 'nothing',
    (error: Error) => error.message,
  )
  assert.match(said, 'duplicate key')
  assert.equal(await notes(), ['kept'])
})

transactions('writes again when the database takes writes again', async () => {
  const pool = createPool({ databaseUrl: work.url, name: 'test', max: 1 })
  const write = (text: string) => inTransaction(pool, (client) => client.query('insert into notes values ($1)', [text]))
  await work.pool.query(`alter database ${work.name} set default_transaction_read_only = on`)
  assert.is(await write('refused').catch(({ code }: { code: string }) => code), '25006')
  assert.is((await pool.query(`show default_transaction_read_only`)).rows[0].default_transaction_read_only, 'on')
  const { rows: [reader] } = await pool.query('select pg_backend_pid() as pid')
  await work.pool.query(`alter database ${work.name} reset default_transaction_read_only`)
  assert.is(await write('refused once more').catch(({ code }: { code: string }) => code), '25006', 'a session that has read alone is kept')
  await write('taken')
  assert.is.not((await pool.query('select pg_backend_pid() as pid')).rows[0].pid, reader.pid)
  await pool.end()
  assert.ok((await notes()).includes('taken'))
})

transactions.run()
