/** The database that the configuration names: a server of one's own, or the embedded PostgreSQL. */
import type { Config } from '../config/load.ts'
import { connectClient } from './connection-error.ts'
import { startEmbedded } from './embedded.ts'

/** A database that answers. */
export type OpenDatabase = {
  readonly url: string
  /** whether it is the embedded PostgreSQL, and whether that ran already */
  readonly embedded: 'no' | 'started' | 'adopted'
  /** lets go of it: stops the embedded PostgreSQL when no other process uses it */
  readonly close: () => Promise<void>
}

/**
 * Starts or adopts the embedded PostgreSQL where DATABASE_URL is unset, and makes sure that somebody answers.
 * @throws RowhookError WHDBC when the named server cannot be reached, WHPG… when the embedded one does not start
 */
export const openDatabase = async ({ databaseUrl, home }: Pick<Config, 'databaseUrl' | 'home'>): Promise<OpenDatabase> => {
  if (databaseUrl === undefined) {
    const { url, adopted, stop } = await startEmbedded({ home })
    return { url, embedded: adopted ? 'adopted' : 'started', close: async () => void (await stop()) }
  }
  const client = await connectClient({ connectionString: databaseUrl })
  await client.end()
  return { url: databaseUrl, embedded: 'no', close: () => Promise.resolve() }
}
