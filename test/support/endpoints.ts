/** Rows that most tests of SQL begin with: endpoints, events, and the deliveries that they lead to. */
import type pg from 'pg'

type Queryable = Pick<pg.Client, 'query'>

/** Columns of `webhooks.endpoints` by name; what is left out is tenant `default`, everything (`*`), and an https URL. */
export type EndpointColumns = Readonly<Record<string, unknown>>

/** Makes an endpoint and gives its id. */
export const createEndpoint = async (db: Queryable, columns: EndpointColumns = {}): Promise<string> => {
  const given = { url: 'https://receiver.test/hook', events: ['*'], ...columns }
  const names = Object.keys(given)
  const { rows } = await db.query<{ id: string }>(
    `insert into webhooks.endpoints (${names.join(', ')}) values (${names.map((_, n) => `$${n + 1}`).join(', ')}) returning id`,
    Object.values(given),
  )
  return rows[0]!.id
}

/** Makes `count` events of a type with data `{"n": 1}`, `{"n": 2}` … in one statement, and gives their ids in order. */
export const createEvents = async (
  db: Queryable,
  { tenant = 'default', type = 'test.event', count = 1, resource }: { tenant?: string; type?: string; count?: number; resource?: string } = {},
): Promise<string[]> => {
  const { rows } = await db.query<{ id: string }>(
    `insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
     select $1, $2, case when $4::text is not null then 'thing' end, $4, json_build_object('n', n)
       from generate_series(1, $3::integer) as n
     returning id`,
    [tenant, type, count, resource],
  )
  return rows.map(({ id }) => id)
}

export type DeliveryRow = {
  readonly id: string
  readonly event_id: string
  readonly endpoint_id: string
  readonly status: string
  readonly attempts: number
  readonly max_attempts: number
  readonly next_retry_at: Date | null
  readonly finished_at: Date | null
  readonly delivered_at: Date | null
  readonly order_key: string | null
  readonly payload_format: string
}

/** The deliveries of an endpoint, oldest event first. */
export const deliveriesOf = async (db: Queryable, endpointId: string): Promise<DeliveryRow[]> => {
  const { rows } = await db.query<DeliveryRow>('select * from webhooks.deliveries where endpoint_id = $1 order by id', [endpointId])
  return rows
}

/** Ends a delivery, as a worker would have. */
export const endDelivery = async (db: Queryable, id: string, status: 'success' | 'failed' | 'expired' | 'cancelled', attempts = 5) => {
  await db.query(
    `update webhooks.deliveries
        set status = $2, attempts = $3, next_retry_at = null, finished_at = now(),
            delivered_at = case when $2 = 'success' then now() end
      where id = $1`,
    [id, status, attempts],
  )
}

/** Endpoint ids of the wake-up jobs that wait, in no order. */
export const wakeUpsWaiting = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ endpoint: string }>(
    `select j.payload ->> 'endpointId' as endpoint
       from graphile_worker._private_jobs as j join graphile_worker._private_tasks as t on t.id = j.task_id
      where t.identifier = 'deliver'`,
  )
  return rows.map(({ endpoint }) => endpoint)
}

/** Removes the wake-up jobs that wait. */
export const forgetWakeUps = (db: Queryable) => db.query('delete from graphile_worker._private_jobs')

/** The error that `work` ends with. */
export const refusal = async (work: Promise<unknown>): Promise<pg.DatabaseError> => {
  try {
    await work
  } catch (error) {
    return error as pg.DatabaseError
  }
  throw new Error('it should have been refused')
}
