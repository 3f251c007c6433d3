/**
 * Whether a connection is a session of PostgreSQL that is ours alone. A pooler (PgBouncer) refuses the settings that we begin a session with,
 * or drops them where it was told to; then roles, advisory locks and LISTEN mean nothing, and a lock would stay in the pool after us.
 */
import type pg from 'pg'
import { RowhookError } from '../core/errors.ts'

const MARK = 'rowhook.session'

/** What every session of ours begins with, among the options of its URL. */
export const sessionMark = `-c ${MARK}=own`

/** WHPOL: `detail` says how it showed. */
export const behindPooler = (detail: string, cause?: unknown): RowhookError =>
  new RowhookError({
    code: 'WHPOL',
    message: 'Between this process and PostgreSQL stands a pooler that does not give it a session of its own.',
    detail,
    hint: 'Give DATABASE_URL here the address of PostgreSQL itself. Applications may go through the pooler, in transaction mode too.',
    cause,
  })

/** @throws RowhookError WHPOL where the connection, whose URL had `sessionMark`, did not begin with it */
export const checkSession = async (client: Pick<pg.ClientBase, 'query'>): Promise<void> => {
  const { rows } = await client.query<{ mark: string | null }>(`select current_setting('${MARK}', true) as mark`)
  if (rows[0]?.mark !== 'own') throw behindPooler('The options that the session was to begin with were dropped on their way (ignore_startup_parameters of PgBouncer does that).')
}
