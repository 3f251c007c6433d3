/**
 * The pool that graphile-worker gets. It marks jobs as done without waiting for the answer, so that a database which is away
 * at that moment would end the process by an unhandled rejection: here getting a connection waits until there is one, and
 * a job that could not be marked is told to `onLeft` instead.
 */
import type pg from 'pg'
import { oneByOne } from '../database/asking.ts'

export type PatientPoolOptions = {
  /** from then on nothing waits: whoever asks gets a connection that answers nothing */
  readonly isStopping: () => boolean
  /** a job could not be marked as done, and stays locked */
  readonly onLeft: (error: unknown) => void
}

type Query = (config: unknown, ...rest: unknown[]) => Promise<unknown>
type Connection = { readonly query: Query; readonly release: () => void }
type OnConnected = (error: Error | undefined, client: pg.PoolClient | undefined, release: () => void) => void

const PAUSE_MS = 250
/** Names of graphile-worker's statements whose answer nobody waits for. */
const UNAWAITED = /^(complete|fail)_job/
const nothing = { rows: [], rowCount: 0 }

const nameOf = (config: unknown): string => (config as { name?: string } | undefined)?.name ?? ''

/** The object with something else for one of its members; what it can do otherwise it does as itself. */
const withMember = <T extends object>(object: T, member: string, value: unknown): T =>
  new Proxy(object, {
    get: (target, key) => {
      if (key === member) return value
      const own: unknown = Reflect.get(target, key)
      return typeof own === 'function' ? (own.bind(target) as unknown) : own
    },
  })

const withQuery = (client: pg.PoolClient, change: (query: Query) => Query): pg.PoolClient => withMember(client, 'query', change(client.query.bind(client) as unknown as Query))

export const patientPool = (pool: pg.Pool, { isStopping, onLeft }: PatientPoolOptions): { readonly pool: pg.Pool } => {
  const forgiving = (query: Query): Query => async (config, ...rest) => {
    if (!UNAWAITED.test(nameOf(config))) return query(config, ...rest)
    return query(config, ...rest).catch((error: unknown) => {
      onLeft(error)
      return nothing
    })
  }

  /** `undefined`: stopping, and there is none */
  const waitForClient = async (): Promise<pg.PoolClient | undefined> => {
    for (;;) {
      try {
        return await pool.connect()
      } catch (error) {
        if (isStopping()) {
          onLeft(error)
          return undefined
        }
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }

  const connectPatiently = async (): Promise<Connection> => {
    const client = await waitForClient()
    return client === undefined ? { query: () => Promise.resolve(nothing), release: () => undefined } : withQuery(client, forgiving)
  }

  /**
   * For the listener: told of each failure it would wait longer and longer, up to a minute after the database is back. Where its connection
   * breaks while the worker ends it unlistens twice, the first time behind the statement that has not ended.
   */
  const connectListener = (onConnected: OnConnected): void =>
    void waitForClient().then((client) => {
      if (client === undefined) return
      let isReleased = false // it is released twice where it breaks while the worker ends: by its error, and by the end
      onConnected(undefined, withQuery(client, oneByOne), () => {
        if (!isReleased) client.release()
        isReleased = true
      })
    })

  const connect = (onConnected?: OnConnected): unknown => (onConnected === undefined ? connectPatiently() : connectListener(onConnected))

  return { pool: withMember(pool, 'connect', connect) }
}
