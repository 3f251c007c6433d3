/** Who uses an embedded PostgreSQL: each process holds a shared advisory lock, and the last one to go stops the server. */
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Cluster } from './cluster.ts'

/** Any number that nobody else picks in the database `postgres` of an embedded cluster. */
const leaseKey = 7_609_114_302

/** A process's claim on a running server. It dies with the process, so a killed one never keeps the server up. */
export type Lease = { readonly isLast: () => Promise<boolean>; readonly release: () => Promise<void> }

/** The URL of a database of the cluster, with the superuser's password. */
export const clusterUrl = ({ password }: Cluster, port: number, database: string): string =>
  `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(database)}`

const createDatabase = async (client: pg.Client, name: string) => {
  const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
  if (rowCount) return
  try {
    await client.query(`create database ${client.escapeIdentifier(name)}`)
  } catch (error) {
    // 42P04, 23505: another process made it in the meantime
    if (!['42P04', '23505'].includes((error as pg.DatabaseError).code ?? '')) throw error
  }
}

/**
 * Connects, claims the server, and makes `database` where it is missing.
 * @returns `undefined` where nobody answers at that port with this cluster's password (SCRAM proves both sides)
 */
export const lease = async (cluster: Cluster, port: number, database: string): Promise<Lease | undefined> => {
  const client = new pg.Client({
    connectionString: clusterUrl(cluster, port, 'postgres'),
    application_name: 'rowhook lease',
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  })
  client.on('error', () => undefined) // the server went away: whoever uses it learns that from his own connections
  try {
    await client.connect()
    await client.query('select pg_advisory_lock_shared($1)', [leaseKey])
    await createDatabase(client, database)
  } catch (error) {
    await client.end().catch(() => undefined)
    const state = (error as pg.DatabaseError).code ?? ''
    const nobody = !/^[0-9A-Z]{5}$/.test(state) || state.startsWith('57P') || state.startsWith('28')
    if (nobody) return undefined
    throw error
  }
  const { stream } = (client as pg.Client & { connection: { stream: Socket } }).connection
  stream.unref() // a claim must not keep a process alive
  return {
    isLast: async () => {
      stream.ref()
      try {
        await client.query('select pg_advisory_unlock_shared($1)', [leaseKey])
        const { rows } = await client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [leaseKey])
        return rows[0]?.last === true
      } catch {
        return false // the server has gone already
      }
    },
    release: () => client.end().catch(() => undefined),
  }
}
