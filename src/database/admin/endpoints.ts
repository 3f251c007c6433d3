/** Endpoints by hand, as the command line uses them. Rights are those of the login: rowhook_dba, or the owner. */
import type pg from 'pg'

type Row = Record<string, unknown>
type Client = Pick<pg.ClientBase, 'query'>

/** How every endpoint is now, worst first. */
export const listEndpoints = async (client: Client, tenant: string | undefined): Promise<Row[]> => {
  const { rows } = await client.query<Row>(
    `select endpoint_id as id, tenant_id, name, url, state, reason, due::integer, oldest_due_at, served, consecutive_failures::integer, last_delivery_at
       from webhooks.endpoint_health
      where tenant_id = coalesce($1, tenant_id)
      order by array_position('{circuit open,circuit half-open,failing,held,disabled,switched off,paused,ok}', state), tenant_id, endpoint_id`,
    [tenant],
  )
  return rows
}

/** Everything of one endpoint but its secrets; header values may be credentials, so their names only. */
export const showEndpoint = async (client: Client, id: string): Promise<Row | undefined> => {
  const { rows } = await client.query<Row>(
    `select p.id, p.tenant_id, p.name, p.description, p.url, p.events, p.filter::text, array(select jsonb_object_keys(p.headers)) as headers,
            coalesce(h.state, 'deleted') as state, h.reason, h.held_until, h.due::integer, h.oldest_due_at, h.served,
            p.rate_limit, p.max_in_flight, p.ordering, p.max_attempts, array(select w::text from unnest(p.retry_schedule) as w) as retry_schedule,
            p.timeout_ms, p.no_retry_codes, p.payload_format, p.signature_profile, h.total_deliveries::double precision, h.failed_deliveries::double precision,
            h.consecutive_failures::integer, h.failing_since, h.last_delivery_at, h.last_failure_at, p.created_by, p.created_at, p.updated_at, p.deleted_at
       from webhooks.endpoints as p
       left join webhooks.endpoint_health as h on h.endpoint_id = p.id
      where p.id = $1`,
    [id],
  )
  return rows[0]
}

export type EndpointAct = 'pause' | 'resume' | 'disable' | 'enable' | 'delete'

/** Does something to an endpoint. Doing it twice is no error. */
export const actOnEndpoint = async (client: Client, act: EndpointAct, id: string): Promise<void> => {
  await client.query(`select from webhooks.${act}_endpoint($1)`, [id])
}

/** Sends the example of a type to one endpoint. @returns the event's id */
export const sendTest = async (client: Client, id: string, type: string): Promise<string> => {
  const { rows } = await client.query<{ id: string }>('select webhooks.send_test($1, $2) as id', [id, type])
  return rows[0]!.id
}
