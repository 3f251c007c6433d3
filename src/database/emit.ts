/** An event by hand: `webhooks.emit`, called within the caller's transaction. */
import { asRowhookError } from './sql-error.ts'

/** As much of a pg client as is needed: `pg.Client`, a pool's client, or anything that wraps one. */
export type EmitClient = {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

export type NewEvent = {
  /** a name of `webhooks.event_types`, e.g. `sale.created` */
  readonly type: string
  /** what happened, as a value for JSON; `{}` when left out */
  readonly data?: unknown
  /** what happened, as JSON text that reaches receivers byte for byte (numbers keep all their digits); instead of `data` */
  readonly json?: string
  /** whose event it is; `default` when left out */
  readonly tenantId?: string
  /** what it happened to, e.g. `sale` and `31`; for ordering and search */
  readonly resourceType?: string
  readonly resourceId?: string
  /** the same key again within 24 hours returns the first event's id and records nothing */
  readonly idempotencyKey?: string
  /** when it is to be delivered; at once when left out. Text is read by PostgreSQL. */
  readonly deliverAt?: Date | string
}

/** `null` as text stands for the example of the type. */
const statement = `
select webhooks.emit(
         type            => $1,
         data            => coalesce($2::json, (select t.example from webhooks.event_types as t where t.name = $1), '{}'),
         tenant_id       => $3,
         resource_type   => $4,
         resource_id     => $5,
         idempotency_key => $6,
         deliver_at      => $7::timestamptz) as id`

const call = async (client: EmitClient, event: NewEvent, json: string | null): Promise<string> => {
  const { type, tenantId = 'default', resourceType, resourceId, idempotencyKey, deliverAt } = event
  const values = [type, json, tenantId, resourceType ?? null, resourceId ?? null, idempotencyKey ?? null, deliverAt ?? null]
  try {
    const { rows } = await client.query(statement, values)
    return (rows[0] as { id: string }).id
  } catch (error) {
    throw asRowhookError(error)
  }
}

/**
 * Records an event in the transaction that `client` is in: it is delivered when that commits, and never was if it rolls back.
 *
 * ```ts
 * await client.query('begin')
 * await client.query('update accounts set closed_at = now() where id = $1', [7])
 * const eventId = await emit(client, { type: 'account.closed', data: { account_id: 7 }, tenantId: 'acme' })
 * await client.query('commit')
 * ```
 * @returns the event's id, which receivers see as `webhook-id`
 * @throws RowhookError WHTYP (no such type; near ones are named), WHBIG (data too large), WHTIM, WHRGT, WHMIS; any of them aborts the transaction
 */
export const emit = (client: EmitClient, event: NewEvent): Promise<string> =>
  call(client, event, event.json ?? JSON.stringify(event.data ?? {}))

/** Records an event whose data is the example of its type in the catalogue. */
export const emitExample = (client: EmitClient, event: Omit<NewEvent, 'data' | 'json'>): Promise<string> => call(client, event, null)

/** How many deliveries an event has led to. Their ids begin with the first 64 bits of its own, so one range of the key is read. */
export const countDeliveries = async (client: EmitClient, eventId: string): Promise<number> => {
  const start = eventId.slice(0, 18)
  const { rows } = await client.query(
    'select count(*)::integer as deliveries from webhooks.deliveries where id between $2 and $3 and event_id = $1',
    [eventId, `${start}-0000-000000000000`, `${start}-ffff-ffffffffffff`],
  )
  return (rows[0] as { deliveries: number }).deliveries
}
