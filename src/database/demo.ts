/** What the demo reads and writes: a shop, an endpoint for this run, and a sale. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Keyring } from '../core/sealing.ts'
import { formatSecret } from '../core/signature.ts'
import { askerOf, setSecret } from './secrets.ts'

/** The shop of the examples in the event types' catalogue. */
export const demoTenant = '019aa7a2-3f00-4000-8000-000000000001'

const ENDPOINT_NAME = 'demo receiver'

/** Every demo on this database holds it shared while it runs. */
const RUNNING = `hashtextextended('rowhook demo', 0)`

/** Says that a demo runs here, for as long as the connection lives. */
export const joinDemos = (client: pg.Client) => client.query(`select pg_advisory_lock_shared(${RUNNING})`)

/** Says that it runs no longer. @returns whether it was the last one */
export const leaveDemos = async (client: pg.Client): Promise<boolean> => {
  await client.query(`select pg_advisory_unlock_shared(${RUNNING})`)
  const { rows } = await client.query<{ last: boolean }>(`select pg_try_advisory_lock(${RUNNING}) as last`)
  return rows[0]?.last === true
}

export type DemoEndpoint = { readonly id: string; readonly secret: string }

const createShop = (client: pg.Client) =>
  client.query(`insert into public.tenants (id, name) values ($1, 'Demo shop') on conflict (id) do nothing`, [demoTenant])

/** Each demo that runs holds a lock on its endpoint, for as long as its connection lives. */
const lockEndpoint = async (client: pg.Client, id: string): Promise<boolean> => {
  const { rows } = await client.query<{ locked: boolean }>(`select pg_try_advisory_lock(hashtextextended('rowhook demo ' || $1, 0)) as locked`, [id])
  return rows[0]?.locked === true
}

const createEndpoint = async (client: pg.Client, url: string): Promise<string> => {
  const { rows } = await client.query<{ id: string }>(
    `insert into webhooks.endpoints (tenant_id, name, description, url, events)
     values ($1, $2, 'Made by rowhook demo, and disabled while that does not run.', $3, '{*}')
     returning id`,
    [demoTenant, ENDPOINT_NAME, url],
  )
  return rows[0]!.id
}

/** The endpoint of an earlier demo that no longer runs, set to this one's address. */
const reuseEndpoint = async (client: pg.Client, url: string): Promise<string | undefined> => {
  const { rows } = await client.query<{ id: string }>(
    'select id from webhooks.endpoints where tenant_id = $1 and name = $2 and deleted_at is null order by id',
    [demoTenant, ENDPOINT_NAME],
  )
  for (const { id } of rows) {
    if (!(await lockEndpoint(client, id))) continue
    await client.query('update webhooks.endpoints set url = $2, paused_at = null where id = $1', [id, url])
    await client.query('select webhooks.enable_endpoint($1)', [id])
    return id
  }
  return undefined
}

/**
 * Gives the shop an endpoint at `url`, with a secret of its own: that of an earlier demo may be sealed by a key that is gone. Demos that run at
 * the same time have one each, and each sale goes to all of them. In one transaction: no worker may know it as enabled and have its former secret.
 */
export const takeDemoEndpoint = async (client: pg.Client, keyring: Keyring, url: string): Promise<DemoEndpoint> => {
  const secret = formatSecret(randomBytes(32))
  await client.query('begin')
  await createShop(client)
  let id = await reuseEndpoint(client, url)
  if (id === undefined) {
    id = await createEndpoint(client, url)
    await lockEndpoint(client, id)
  }
  await setSecret(askerOf(client), keyring, id, secret)
  await client.query('commit')
  return { id, secret }
}

/** Nobody listens there any more: the endpoint collects nothing until the next demo takes it. */
export const leaveDemoEndpoint = (client: pg.Client, id: string) =>
  client.query(`select webhooks.disable_endpoint($1, 'the demo does not run')`, [id])

/** The statement that an application would run, and knows nothing of webhooks. For a person to read, and to copy. */
export const saleSql = (total: string): string => `insert into public.sales (tenant_id, total) values ('${demoTenant}', ${total});`

/** Runs a statement of `saleSql` in a transaction of its own. @returns the key of the sale, as text */
export const writeSale = async (client: pg.Client, sql: string): Promise<string> => {
  await client.query('begin')
  const { rows } = await client.query<{ id: string }>(sql.replace(';', ' returning id::text'))
  await client.query('commit')
  return rows[0]!.id
}

/** The event that a sale has made. */
export const eventOfSale = async (client: pg.Client, saleId: string): Promise<string | undefined> => {
  const { rows } = await client.query<{ id: string }>(
    `select id from webhooks.events
      where id >= webhooks_private.least_id(now() - interval '10 minutes')
        and tenant_id = $1 and type = 'sale.created' and resource_id = $2`,
    [demoTenant, saleId],
  )
  return rows[0]?.id
}

/** Sends the endpoint an event of its own. @returns the event's id */
export const sendTest = async (client: pg.Client, endpointId: string): Promise<string> => {
  const { rows } = await client.query<{ id: string }>('select webhooks.send_test($1) as id', [endpointId])
  return rows[0]!.id
}

/** Why an event has not arrived, in sentences, as `webhooks.explain` tells it. */
export const whyNotArrived = async (client: pg.Client, eventId: string, endpointId: string): Promise<string> => {
  const { rows } = await client.query<{ because: string; next: string | null }>('select because, next from webhooks.explain($1) where endpoint_id = $2', [
    eventId,
    endpointId,
  ])
  return [`Event ${eventId} was recorded.`, rows[0]?.because, rows[0]?.next].filter(Boolean).join(' ')
}
