/** The lock connection of a worker: its advisory locks are the lanes that the worker owns, and end with it. */
import pg from 'pg'
import { connectionError } from './connection-error.ts'
import { withRole } from './pool.ts'

export type LockSession = {
  readonly connection: pg.Client
  /** resolves when the connection has ended, for whatever reason */
  readonly ended: Promise<Error | undefined>
  readonly close: () => Promise<void>
}

/**
 * Settings of every session of a worker. Its statements are few, all by index, and run thousands of times a second: each is
 * planned once for good. A plan made while a table was small would else scan the backlog of tomorrow.
 */
const SETTINGS = ['plan_cache_mode=force_generic_plan', 'enable_seqscan=off', 'enable_hashjoin=off', 'enable_mergejoin=off', 'enable_bitmapscan=off', 'enable_material=off', 'jit=off']

/** The URL with a worker's role and settings. */
export const workerUrl = (databaseUrl: string): string => {
  const url = new URL(withRole(databaseUrl, 'rowhook_owner'))
  url.searchParams.set('options', [url.searchParams.get('options'), ...SETTINGS.map((setting) => `-c ${setting}`)].join(' '))
  return url.href
}

/**
 * Opens a lock connection.
 * @throws RowhookError WHDBC where the database cannot be reached
 */
export const openLockSession = async (databaseUrl: string): Promise<LockSession> => {
  const connection = new pg.Client({
    connectionString: workerUrl(databaseUrl),
    application_name: 'rowhook lanes',
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // A session that idles between statements is the point; one that waits for a lock is not.
    statement_timeout: 30_000,
  })
  let lastError: Error | undefined
  const ended = new Promise<Error | undefined>((resolve) => {
    connection.on('error', (error) => (lastError = error))
    connection.on('end', () => resolve(lastError))
  })
  try {
    await connection.connect()
  } catch (error) {
    throw connectionError(databaseUrl, error)
  }
  return {
    connection,
    ended,
    close: () => connection.end(),
  }
}
