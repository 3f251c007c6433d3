/** Pages of due deliveries, read for all lanes that want one in one statement. */
import type pg from 'pg'

/** A delivery that is due, with everything its request needs. */
export type DueDelivery = {
  readonly id: string
  readonly endpointId: string
  readonly tenantId: string
  readonly eventId: string
  readonly eventType: string
  /** what it is about; null = nothing in particular */
  readonly resourceId: string | null
  /** as the application set it; null = it set none */
  readonly traceparent: string | null
  /** attempts that have ended: the fence of the result */
  readonly attempts: number
  /** what is sent: the very text, or its bytes where it is large */
  readonly body: string | Buffer
  /** milliseconds since 1970 when the event happened */
  readonly occurredAtMs: number
  /** deliveries of the endpoint with the same key go one after the other; null = no order */
  readonly orderKey: string | null
}

/** What a lane wants to read. */
export type PageWish = {
  readonly endpointId: string
  readonly limit: number
  /** read the heads of ordered deliveries too, from this key on */
  readonly ordered: boolean
  readonly afterKey: string
}

type DueRow = [id: string, endpointId: string, tenantId: string, eventId: string, eventType: string, attempts: number, body: string, resourceId: string | null, traceparent: string | null]

const COLUMNS = `
       due.id, due.endpoint_id, due.tenant_id, due.event_id, due.event_type, due.attempts,
       case due.payload_format when 'legacy' then webhooks.legacy_envelope(e) else webhooks.envelope(e) end, due.resource_id, e.context ->> 'traceparent'`

/*
 * From the beginning each time, without what is in flight: a cursor would pass by what commits late. Deliveries of one
 * endpoint come by due time, and none waits for another.
 */
const UNORDERED = `
select ${COLUMNS}
  from unnest($1::uuid[], $2::integer[]) as lane (endpoint_id, want)
 cross join lateral (
       select d.id, d.endpoint_id, d.tenant_id, d.event_id, d.event_type, d.attempts, d.resource_id, d.payload_format
         from webhooks.deliveries as d
        where d.endpoint_id = lane.endpoint_id
          and d.status in ('pending', 'retrying')
          and d.order_key is null
          and d.next_retry_at <= now()
          and d.id <= $4
          and d.id <> all ($3::uuid[])
        order by d.next_retry_at, d.id
        limit lane.want) as due
  join webhooks.events as e on e.id = due.event_id and e.id <= $4`

/*
 * Of each order key only the head: its first open delivery, by event id, all from one snapshot. If A committed before B's
 * row was written, a snapshot that shows B shows A, and A is the head. Two ways lead to the heads that are due:
 *
 * - Where few deliveries are due, whatever waits, each of them is asked whether it is a head.
 * - Where many are, keys are walked one by one, from where the last page ended, so that no key starves. Most heads are due then,
 *   or there are few keys and much waits behind each.
 */
const FEW_DUE = 500
const HEAD = 'd.id, d.endpoint_id, d.tenant_id, d.event_id, d.event_type, d.attempts, d.resource_id, d.payload_format, d.order_key, d.next_retry_at'
const ORDERED = `
select ${COLUMNS}, due.order_key
  from unnest($1::uuid[], $2::integer[], $4::text[]) as lane (endpoint_id, want, after_key)
 cross join lateral (
       select count(*) < ${FEW_DUE} as is_few
         from (select
                 from webhooks.deliveries as d
                where d.endpoint_id = lane.endpoint_id
                  and d.status in ('pending', 'retrying')
                  and d.order_key is not null
                  and d.next_retry_at <= now()
                limit ${FEW_DUE}) as counted) as all_due
 cross join lateral (
       (with recursive heads as (
         (select ${HEAD}
            from webhooks.deliveries as d
           where not all_due.is_few
             and d.endpoint_id = lane.endpoint_id
             and d.status in ('pending', 'retrying')
             and d.order_key >= lane.after_key
           order by d.order_key, d.id
           limit 1)
         union all
         select following.*
           from heads
          cross join lateral (
                select ${HEAD}
                  from webhooks.deliveries as d
                 where d.endpoint_id = lane.endpoint_id
                   and d.status in ('pending', 'retrying')
                   and d.order_key > heads.order_key
                 order by d.order_key, d.id
                 limit 1) as following)
       select * from heads
        where heads.next_retry_at <= now()
          and heads.id <> all ($3::uuid[])
        limit lane.want)
       union all
       (select ${HEAD}
          from webhooks.deliveries as d
         where all_due.is_few
           and d.endpoint_id = lane.endpoint_id
           and d.status in ('pending', 'retrying')
           and d.order_key is not null
           and d.next_retry_at <= now()
           and d.id <> all ($3::uuid[])
           and not exists (select
                             from webhooks.deliveries as earlier
                            where earlier.endpoint_id = d.endpoint_id
                              and earlier.status in ('pending', 'retrying')
                              and earlier.order_key = d.order_key
                              and earlier.id < d.id)
         order by d.next_retry_at, d.id
         limit lane.want)) as due
  join webhooks.events as e on e.id = due.event_id`

/** The greatest key of all, and the greatest of a millisecond. */
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
const lastIdOf = (epochMs: number): string => {
  const hex = Math.floor(epochMs).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}${LAST_ID.slice(13)}`
}

/** The milliseconds inside a key of version 7. */
const timeOf = (id: string): number => Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)

/** Characters from which a body is made bytes as soon as it has come: once for its signatures and the request, and the text is not held beside them. */
const LARGE = 8 * 1024

const asDue = (row: DueRow, orderKey: string | null = null): DueDelivery => ({
  id: row[0],
  endpointId: row[1],
  tenantId: row[2],
  eventId: row[3],
  eventType: row[4],
  attempts: row[5],
  body: row[6].length < LARGE ? row[6] : Buffer.from(row[6]),
  resourceId: row[7],
  traceparent: row[8],
  occurredAtMs: timeOf(row[3]),
  orderKey,
})

/** What a page holds: deliveries in the order to send them, and for ordered lanes the key where the next page begins. */
export type Pages = { readonly due: readonly DueDelivery[]; readonly lastKeys: ReadonlyMap<string, string> }

/**
 * Reads what is due.
 * @param wishes one for each lane
 * @param busyIds deliveries in flight, left out
 * @param untilMs leaves out those of later events, milliseconds since 1970, and the partitions with them; ordered ones come anyway
 */
export const readPages = async (pool: pg.Pool, wishes: readonly PageWish[], busyIds: readonly string[], untilMs?: number): Promise<Pages> => {
  const ids = wishes.map(({ endpointId }) => endpointId)
  const limits = wishes.map(({ limit }) => limit)
  const { rows } = await pool.query<DueRow>({ name: 'read_pages', rowMode: 'array', text: UNORDERED, values: [ids, limits, busyIds, untilMs === undefined ? LAST_ID : lastIdOf(untilMs)] })
  const due = rows.map((row) => asDue(row))
  const lastKeys = new Map<string, string>()

  const ordered = wishes.filter((wish) => wish.ordered)
  if (ordered.length > 0) {
    const heads = await pool.query<[...DueRow, string]>({
      name: 'read_ordered_pages',
      rowMode: 'array',
      text: ORDERED,
      values: [ordered.map(({ endpointId }) => endpointId), ordered.map(({ limit }) => limit), busyIds, ordered.map(({ afterKey }) => afterKey)],
    })
    for (const row of heads.rows) {
      due.push(asDue(row.slice(0, 9) as DueRow, row[9]))
      lastKeys.set(row[1], row[9])
    }
  }
  return { due, lastKeys }
}
