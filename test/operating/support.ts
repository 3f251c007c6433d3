/** Rows of the log as they would be after days and weeks: keys of other times. */
import type pg from 'pg'

type Queryable = Pick<pg.Client, 'query'>

/**
 * Events at a time, each with its delivery to an endpoint and, where it has ended, an attempt. Written to the log directly, without triggers.
 * @returns the deliveries' ids
 */
export const logAt = async (
  db: Queryable,
  endpointId: string,
  at: Date,
  { status = 'success', count = 1 }: { readonly status?: 'success' | 'failed' | 'pending'; readonly count?: number } = {},
): Promise<string[]> => {
  const { rows } = await db.query<{ id: string }>(
    `with happened as (
       insert into webhooks.events (id, type, data)
       select (left(webhooks_private.least_id($2::timestamptz + n * interval '1 millisecond')::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid, 'test.event', '{"n":1}'
         from generate_series(1, $4::integer) as n
       returning id
     )
     insert into webhooks.deliveries (id, event_id, endpoint_id, tenant_id, event_type, status, attempts, max_attempts, created_at, next_retry_at, finished_at, delivered_at)
     select webhooks_private.delivery_id(id, $1), id, $1, 'default', 'test.event', $3, case when $3 = 'pending' then 0 else 1 end, 5, $2,
            case when $3 = 'pending' then $2::timestamptz end, case when $3 <> 'pending' then $2::timestamptz end, case when $3 = 'success' then $2::timestamptz end
       from happened
     returning id`,
    [endpointId, at, status, count],
  )
  const ids = rows.map(({ id }) => id)
  if (status !== 'pending') {
    await db.query(
      `insert into webhooks.attempts (delivery_id, number, tenant_id, started_at, duration_ms, status)
       select id, 1, 'default', $2, 12, case when $3 = 'success' then 200 else 500 end from unnest($1::uuid[]) as d (id)`,
      [ids, at, status],
    )
  }
  return ids
}

/** Alerts that are open, by kind and subject. */
export const openAlerts = async (db: Queryable, kind?: string): Promise<string[]> => {
  const { rows } = await db.query<{ name: string }>(
    `select kind || case when subject <> '' then ' ' || subject else '' end as name from webhooks.alerts where resolved_at is null and kind = coalesce($1, kind) order by 1`,
    [kind ?? null],
  )
  return rows.map(({ name }) => name)
}

export const DAY_MS = 86_400_000

export const daysAfter = (time: Date, days: number): Date => new Date(time.getTime() + days * DAY_MS)
