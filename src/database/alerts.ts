/** Alerts: one open row for each trouble, resolved when it is over. */
import type pg from 'pg'

export type Alert = { readonly kind: string; readonly subject: string; readonly summary: string; readonly details: object }

/** Sets the open alerts of a kind: new ones fire, those that are no longer among them are resolved. */
export const setAlerts = async (pool: pg.Pool, kind: string, alerts: readonly Omit<Alert, 'kind'>[]): Promise<void> => {
  await pool.query(
    `with resolved as (
       update webhooks.alerts set resolved_at = now() where kind = $1 and resolved_at is null and subject <> all ($2::text[])
     )
     insert into webhooks.alerts as a (kind, subject, summary, details)
     select $1, now_on.subject, now_on.summary, now_on.details::jsonb
       from unnest($2::text[], $3::text[], $4::text[]) as now_on (subject, summary, details)
         on conflict (kind, subject) where resolved_at is null do update
        set summary = excluded.summary, details = excluded.details
      where a.details is distinct from excluded.details`,
    [kind, alerts.map(({ subject }) => subject), alerts.map(({ summary }) => summary), alerts.map(({ details }) => JSON.stringify(details))],
  )
}
