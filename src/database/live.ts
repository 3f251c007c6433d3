/** What a server looks at for those who watch live. */
import type pg from 'pg'

export type LiveDelivery = { readonly endpointId: string; readonly tenantId: string; readonly id: string; readonly state: string }
export type LiveEvent = { readonly tenantId: string; readonly id: string }

/** The newest and the open deliveries of endpoints, each with a word that changes with its state. */
export const liveDeliveries = async (pool: pg.Pool, endpointIds: readonly string[]): Promise<LiveDelivery[]> => {
  const text = 'select endpoint_id as "endpointId", tenant_id as "tenantId", id, state from webhooks_private.live_deliveries($1)'
  return (await pool.query<LiveDelivery>({ name: 'live_deliveries', text, values: [endpointIds] })).rows
}

/** The newest events of tenants, of the last `seconds`. */
export const liveEvents = async (pool: pg.Pool, tenantIds: readonly string[], seconds: number): Promise<LiveEvent[]> => {
  const text = `select tenant_id as "tenantId", id from webhooks_private.live_events($1, now() - make_interval(secs => $2))`
  return (await pool.query<LiveEvent>({ name: 'live_events', text, values: [tenantIds, seconds] })).rows
}
