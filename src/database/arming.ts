/** Whether this database is the one that it was armed as, or a copy of it that must deliver nothing. */
import type pg from 'pg'

/** How a worker meets the database. */
export type Whereabouts = {
  /** host and port as `DATABASE_URL` names them, or `EMBEDDED` */
  readonly place: string
  /** `ROWHOOK_DEPLOYMENT` */
  readonly deployment: string | undefined
}

export type Arming = {
  readonly armed: boolean
  /** why not, as the end of a sentence that begins with “because” */
  readonly reason: string | null
}

/** The embedded PostgreSQL has another port at each start, so neither names it. */
export const EMBEDDED = 'the embedded PostgreSQL'

/** `host:port` of a database URL; a socket's directory where it names one. */
export const placeOf = (databaseUrl: string): string => {
  const url = new URL(databaseUrl)
  const host = url.searchParams.get('host') ?? (decodeURIComponent(url.hostname) || 'localhost')
  return `${host.toLowerCase()}:${url.searchParams.get('port') ?? (url.port || '5432')}`
}

/** Asks whether this worker may deliver. A database that never was armed is armed now; one that may deliver has its pulse written. */
export const checkArming = async (pool: pg.Pool, { place, deployment }: Whereabouts): Promise<Arming> => {
  const { rows } = await pool.query<Arming>('select armed, reason from webhooks_private.check_arming($1, $2)', [place, deployment])
  return rows[0]!
}

/**
 * Lets workers that meet the database like this deliver.
 * @param add keeps the ways to meet it that are armed already
 * @returns every fingerprint that is armed now
 */
export const arm = async (client: Pick<pg.ClientBase, 'query'>, { place, deployment }: Whereabouts, add: boolean): Promise<string[]> => {
  const { rows } = await client.query<{ fingerprints: string[] }>('select webhooks_private.arm($1, $2, $3) as fingerprints', [place, deployment, add])
  return rows[0]!.fingerprints
}
