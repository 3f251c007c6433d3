/** What a server looks at for those who watch live. */
import type pg from 'pg'

export type LiveDelivery = { readonly endpointId: string; readonly tenantId: string; readonly id: string; readonly state: string }
/** `isOfEverybody`: among the newest of all tenants together, rather than of its own. */
export type LiveTenantDelivery = { readonly tenantId: string; readonly id: string; readonly state: string; readonly isOfEverybody: boolean }
export type LiveEvent = { readonly tenantId: string; readonly id: string; readonly isOfEverybody: boolean }

/** The newest and the open deliveries of endpoints, each with a word that changes with its state. */
export const liveDeliveries = async (pool: pg.Pool, endpointIds: readonly string[]): Promise<LiveDelivery[]> => {
  const text = 'select endpoint_id as "endpointId", tenant_id as "tenantId", id, state from webhooks_private.live_deliveries($1)'
  return (await pool.query<LiveDelivery>({ name: 'live_deliveries', text, values: [endpointIds] })).rows
}

/** The newest deliveries of tenants, and of all tenants together where somebody wants those. */
export const liveDeliveriesOf = async (pool: pg.Pool, tenantIds: readonly string[], everybody: boolean): Promise<LiveTenantDelivery[]> => {
  const text = 'select tenant_id as "tenantId", id, state, of_everybody as "isOfEverybody" from webhooks_private.live_deliveries_of($1, $2)'
  return (await pool.query<LiveTenantDelivery>({ name: 'live_deliveries_of', text, values: [tenantIds, everybody] })).rows
}

/** The newest events of tenants, of the last `seconds`, and of all tenants together where somebody wants those. */
export const liveEvents = async (pool: pg.Pool, tenantIds: readonly string[], seconds: number, everybody: boolean): Promise<LiveEvent[]> => {
  const text = `select tenant_id as "tenantId", id, of_everybody as "isOfEverybody" from webhooks_private.live_events($1, now() - make_interval(secs => $2), $3)`
  return (await pool.query<LiveEvent>({ name: 'live_events', text, values: [tenantIds, seconds, everybody] })).rows
}
