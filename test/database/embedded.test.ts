/** The life of an embedded PostgreSQL: started, shared, adopted, stopped. */
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startEmbedded } from '../../src/database/embedded.ts'

const home = mkdtempSync(join(tmpdir(), 'rowhook-embedded-'))
chmodSync(home, 0o755) // root hands the server to an account that must get in
const quick = { home, settings: { fsync: 'off' } }

const query = async (url: string, sql: string): Promise<Record<string, unknown>> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0] ?? {}
  } finally {
    await client.end()
  }
}

const isDown = (url: string) => query(url, 'select').then(() => false, () => true)

const life = suite('the embedded PostgreSQL')

life.after(() => rmSync(home, { recursive: true, force: true }))

life('starts PostgreSQL 18 with a database of our own, and stops it', async () => {
  const server = await startEmbedded(quick)
  assert.is(server.adopted, false)
  const row = await query(server.url, `select current_database() as name, current_setting('server_version_num')::int / 10000 as major`)
  assert.equal(row, { name: 'rowhook', major: 18 })
  await server.stop()
  assert.ok(await isDown(server.url))
})

life('keeps its password in a file that only its owner reads', () => {
  assert.is(statSync(join(home, 'postgres/password')).mode & 0o777, 0o600)
})

life('refuses a wrong password', async () => {
  const server = await startEmbedded(quick)
  const wrong = new URL(server.url)
  wrong.password = 'guess'
  const code = await query(wrong.href, 'select').catch((error: pg.DatabaseError) => error.code)
  await server.stop()
  assert.is(code, '28P01')
})

life('is shared by those who come later, and stops with the last of them', async () => {
  const first = await startEmbedded(quick)
  const second = await startEmbedded(quick)
  assert.equal([second.adopted, second.port], [true, first.port])
  await first.stop()
  assert.not(await isDown(second.url))
  await second.stop()
  assert.ok(await isDown(second.url))
})

life('is started once by two that come at the same time to an empty home', async () => {
  const fresh = join(home, 'race')
  const servers = await Promise.all([startEmbedded({ ...quick, home: fresh }), startEmbedded({ ...quick, home: fresh })])
  assert.is(servers[0].port, servers[1].port)
  assert.is(servers.filter((server) => server.adopted).length, 1)
  await Promise.all(servers.map((server) => server.stop()))
})

life.run()
