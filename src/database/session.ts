/** The lock connection of a worker: its advisory locks are the lanes that the worker owns, and end with it. */
import pg from 'pg'
import { oneByOne, query } from './asking.ts'
import { connectionError } from './connection-error.ts'
import { checkSession } from './own-session.ts'
import { withOptions, withRole } from './pool.ts'

/** A connection that takes statements from several at once, and runs them one after the other. */
export type LockConnection = Pick<pg.ClientBase, 'query'>

export type LockSession = {
  readonly connection: LockConnection
  /** resolves when the connection has ended, for whatever reason */
  readonly ended: Promise<Error | undefined>
  /** From its resolving on told of each call for a lane that is on call, by whomever; a connection that lives misses none. @param onCall `looks`: more than new deliveries that are due may be to find */
  readonly listen: (onCall: (endpointId: string, looks: boolean) => void) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Settings of every session of a worker. Its statements are few, all by index, and run thousands of times a second: each is
 * planned once for good. A plan made while a table was small would else scan the backlog of tomorrow.
 */
const SETTINGS = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off', 'enable_bitmapscan=off', 'enable_material=off', 'jit=off']

/** The URL with a worker's role and settings. */
export const workerUrl = (databaseUrl: string): string => withOptions(withRole(databaseUrl, 'rowhook_owner'), ...SETTINGS.map((setting) => `-c ${setting}`))

const UUID_LENGTH = 36

/**
 * Opens a lock connection.
 * @throws RowhookError WHDBC where the database cannot be reached, WHPOL where a pooler answers in its place
 */
export const openLockSession = async (databaseUrl: string): Promise<LockSession> => {
  const client = new pg.Client({
    connectionString: workerUrl(databaseUrl),
    application_name: 'rowhook lanes',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // A session that idles between statements is the point; one that waits for a lock is not.
    statement_timeout: 30_000,
  })
  let lastError: Error | undefined
  const ended = new Promise<Error | undefined>((resolve) => {
    client.on('error', (error) => (lastError = error))
    client.on('end', () => resolve(lastError))
  })
  try {
    await client.connect()
  } catch (error) {
    throw connectionError(databaseUrl, error)
  }
  try {
    await checkSession(client)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  // Signs of life, takes and releases share the connection. Of the many forms of `query` the one with a promise is used.
  const connection = { query: oneByOne((...args: [string | pg.QueryConfig, unknown[]?]) => query(client, args)) } as LockConnection
  return {
    connection,
    ended,
    listen: async (onCall) => {
      client.on('notification', ({ payload = '' }) => onCall(payload.slice(0, UUID_LENGTH), payload.length > UUID_LENGTH))
      await connection.query('listen "rowhook:lanes"')
    },
    close: () => client.end(),
  }
}
