/** The PostgreSQL server that test databases live on. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startEmbedded, type Embedded } from '../../src/database/embedded.ts'

/** Nothing here outlives the tests, so nothing waits for the disk. */
export const testServerSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: 300,
  max_prepared_transactions: 20,
  max_locks_per_transaction: 256,
  shared_buffers: '128MB',
  wal_level: 'minimal',
  max_wal_senders: 0,
} as const

const home = fileURLToPath(new URL('../../.rowhook/test', import.meta.url))

/** Files that are run by hand share a server under `.rowhook/test`; the last of them to end stops it. */
const startShared = async (): Promise<Embedded> => {
  mkdirSync(home, { recursive: true })
  const server = await startEmbedded({ home, settings: testServerSettings, database: 'postgres' })
  process.once('beforeExit', () => void server.stop())
  return server
}

let shared: Promise<Embedded> | undefined

/**
 * The URL of the server's database `postgres`, as a superuser. It is `ROWHOOK_TEST_DATABASE_URL` where that is set (`npm test`
 * sets it; name a server of your own to try another PostgreSQL release), else the shared server.
 */
export const clusterUrl = async (): Promise<string> => {
  const given = process.env['ROWHOOK_TEST_DATABASE_URL']
  if (given) return given
  shared ??= startShared()
  return (await shared).url
}

/** The URL of another database of the same server. */
export const databaseUrl = async (name: string): Promise<string> => {
  const url = new URL(await clusterUrl())
  url.pathname = `/${name}`
  return url.href
}

/** Runs `work` with a connection to the server's database `postgres`. */
export const withCluster = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: await clusterUrl(), application_name: 'rowhook tests' })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
