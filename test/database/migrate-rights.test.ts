/** Who may migrate: no superuser is needed, as on a managed database. On a cluster of its own, because roles belong to the cluster. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { RowhookError } from '../../src/core/errors.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrateDown, migrateStatus, migrateUp } from '../../src/database/migrate.ts'

const home = mkdtempSync(join(tmpdir(), 'rowhook-rights-'))
chmodSync(home, 0o755)
const server = await startEmbedded({ home, settings: { fsync: 'off' } })

const asSuperuser = async (...statements: readonly string[]) => {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

const urlOf = (user: string, database: string) => Object.assign(new URL(server.url), { username: user, password: 'secret', pathname: `/${database}` }).href

const refusal = (work: Promise<unknown>) => work.then(() => undefined, (error: RowhookError) => error)

const rights = suite('rowhook migrate')

rights.after(async () => {
  await server.stop()
  rmSync(home, { recursive: true, force: true })
})

rights('is refused to a user who may not create roles, and names what an administrator would run', async () => {
  await asSuperuser(`create role plain login password 'secret'`, 'create database plain owner plain')
  const error = await refusal(migrateUp({ databaseUrl: urlOf('plain', 'plain') }))
  assert.is(error?.code, 'WHROL')
  assert.match(error!.detail!, 'create role rowhook_owner')
})

rights('needs no superuser: the owner of the database with CREATEROLE goes up and down', async () => {
  await asSuperuser(`create role admin login createrole password 'secret'`, 'create database managed owner admin')
  const databaseUrl = urlOf('admin', 'managed')
  const applied = await migrateUp({ databaseUrl })
  assert.ok(applied.length > 0)
  assert.equal((await migrateDown({ databaseUrl, count: Number.MAX_SAFE_INTEGER })).length, applied.length)
  assert.equal(await migrateUp({ databaseUrl }), applied)
})

rights('finds nothing to do as a later member of rowhook_owner', async () => {
  await asSuperuser(`create role later login password 'secret' in role rowhook_owner, rowhook_dba`)
  const databaseUrl = urlOf('later', 'managed')
  assert.equal(await migrateUp({ databaseUrl }), [])
  assert.ok((await migrateStatus({ databaseUrl })).every(({ state }) => state === 'applied'))
})

rights('is done for two databases of a cluster at the same time', async () => {
  await asSuperuser('create database one', 'create database two')
  const urls = ['one', 'two'].map((name) => Object.assign(new URL(server.url), { pathname: `/${name}` }).href)
  const [one, two] = await Promise.all(urls.map((databaseUrl) => migrateUp({ databaseUrl })))
  assert.equal(one, two)
})

rights('is refused where graphile_worker is somebody else\'s already', async () => {
  await asSuperuser('create database shared')
  const databaseUrl = Object.assign(new URL(server.url), { pathname: '/shared' }).href
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query('create schema graphile_worker')
  await client.end()
  const error = await refusal(migrateUp({ databaseUrl }))
  assert.is(error?.code, 'WHOWN')
})

rights.run()
