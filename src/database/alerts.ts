/** Alerts: one open row for each trouble, resolved when it is over, and what each channel has been told of it. */
import type pg from 'pg'

export type Alert = { readonly kind: string; readonly subject: string; readonly summary: string; readonly details: object }

/** Sets the open alerts of a kind: new ones fire, those that are no longer among them are resolved. */
export const setAlerts = async (pool: pg.Pool, kind: string, alerts: readonly Omit<Alert, 'kind'>[]): Promise<void> => {
  await pool.query('select webhooks_private.set_alerts($1, $2::text[], $3::text[], $4::jsonb[])', [
    kind,
    alerts.map(({ subject }) => subject),
    alerts.map(({ summary }) => summary),
    alerts.map(({ details }) => JSON.stringify(details)),
  ])
}

/** Fires and resolves the alerts that can be told from the database alone. */
export const evaluateAlerts = async (pool: pg.Pool): Promise<void> => {
  await pool.query('select webhooks_private.evaluate_alerts()')
}

/** What is asked once an hour: whether the audit log agrees with its chain, and whether deliveries of the newest events are missing. */
export const proveAll = async (client: Pick<pg.ClientBase, 'query'>): Promise<void> => {
  await client.query('select webhooks_private.prove_audit_chain()')
  await client.query('select webhooks_private.prove_deliveries()')
}

/** Something that a channel is to be told. */
export type Notice = {
  readonly alertId: string
  readonly what: 'fired' | 'still open' | 'resolved'
  readonly kind: string
  readonly subject: string
  readonly summary: string
  readonly firedAt: Date
  readonly resolvedAt: Date | null
}

export const pendingNotices = async (pool: pg.Pool, channel: string): Promise<Notice[]> => {
  const { rows } = await pool.query<Notice>(
    `select alert_id as "alertId", what, kind, subject, summary, fired_at as "firedAt", resolved_at as "resolvedAt" from webhooks_private.pending_notices($1)`,
    [channel],
  )
  return rows
}

/** The channel has taken these notices. */
export const noteTold = async (pool: pg.Pool, channel: string, alertIds: readonly string[]): Promise<void> => {
  await pool.query('select webhooks_private.note_told($1, $2::uuid[])', [channel, alertIds])
}
