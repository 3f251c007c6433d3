/** A database for one test file, cloned from a migrated template and thrown away afterwards. */
import pg from 'pg'
import { databaseUrl, withCluster } from './cluster.ts'
import { ensureTemplate, type Template } from './template.ts'

export type TestDatabase = {
  /** as the superuser */
  readonly url: string
  readonly name: string
  /** as the superuser; closed by `drop` */
  readonly pool: pg.Pool
  /** a connection of its own, for transactions and sessions, optionally with a role set; closed by `drop` if the test has not */
  readonly connect: (role?: string) => Promise<pg.Client>
  /** closes what is open and drops the database */
  readonly drop: () => Promise<void>
}

let made = 0

/** A test that fails may leave a transaction open: its locks would hold up every test after it. No test means to be idle in one for so long. */
const idle_in_transaction_session_timeout = 60_000

/**
 * Clones a template (about 30 ms).
 *
 * ```ts
 * const db = await createTestDatabase({ template: 'core' })
 * const fanOut = suite('fan-out')
 * fanOut.after(() => db.drop())
 * ```
 * @param options.template `core` (schema webhooks), `store` (the sample domain too), or `empty`
 */
export const createTestDatabase = async ({ template }: { readonly template: Template }): Promise<TestDatabase> => {
  const source = await ensureTemplate(template)
  const name = `rowhook_test_${process.pid}_${++made}`
  await withCluster(async (client) => {
    await client.query(`drop database if exists ${name} with (force)`) // of an earlier process with this pid
    await client.query(`create database ${name} template ${source} strategy file_copy`) // by way of the log, the default, it takes twice as long
  })
  const url = await databaseUrl(name)
  const pool = new pg.Pool({ connectionString: url, max: 10, allowExitOnIdle: true, idle_in_transaction_session_timeout })
  pool.on('error', () => undefined) // a test may cut connections on purpose
  const clients = new Set<pg.Client>()
  return {
    url,
    name,
    pool,
    connect: async (role) => {
      const client = new pg.Client({ connectionString: url, idle_in_transaction_session_timeout })
      client.on('error', () => undefined)
      await client.connect()
      clients.add(client)
      client.once('end', () => clients.delete(client))
      if (role !== undefined) await client.query(`set role ${client.escapeIdentifier(role)}`)
      return client
    },
    drop: async () => {
      await Promise.all([pool.end(), ...[...clients].map((client) => client.end())])
      await withCluster((client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}
