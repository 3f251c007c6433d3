/** A migrated database with endpoints and a worker of its own, as figures use it. */
import type pg from 'pg'
import type { RowhookVitals } from '../processes/rowhook.ts'
import type { Bench } from './bench.ts'
import { startChild, type Child } from './child.ts'
import { processCpuMs } from './cpu.ts'
import type { Database } from './database.ts'
import { padding, SECRET } from './message.ts'
import { reportStatements } from './statements.ts'

/** A minute; the limiter runs, and limits nothing. */
export const UNLIMITED = 10_000_000

export type EndpointsOptions = {
  readonly count: number
  /** path of endpoint i, `/e<i>` by default */
  readonly path?: (i: number) => string
  readonly prefix?: string
}

/** Endpoints that a tenant may have unless an operator says otherwise. */
const ENDPOINTS_A_TENANT = 50

/** The tenant of endpoint i: as few tenants as will do. */
export const tenantOf = (i: number): string => `tenant ${Math.floor(i / ENDPOINTS_A_TENANT)}`

/** Event types `<prefix>e<i>` and `<prefix>all`, and endpoints that ask for one of the first and for the last. */
export const addEndpoints = async (pool: pg.Pool, origin: string, { count, path = (i) => `/e${i}`, prefix = 'bench.' }: EndpointsOptions): Promise<string[]> => {
  const numbers = Array.from({ length: count }, (_, i) => i)
  const tenants = numbers.map(tenantOf)
  await pool.query(`insert into webhooks.tenant_settings (tenant_id, rate_limit) select distinct t, $2::integer from unnest($1::text[]) as t on conflict do nothing`, [tenants, UNLIMITED])
  await pool.query(`insert into webhooks.event_types (name) select $1 || name from unnest($2::text[]) as name on conflict do nothing`, [prefix, ['all', ...numbers.map((i) => `e${i}`)]])
  const { rows } = await pool.query<{ id: string }>(
    `insert into webhooks.endpoints (tenant_id, name, url, events, rate_limit)
     select tenant, 'endpoint ' || i, url, array[$4 || 'e' || i, $4 || 'all'], $5 from unnest($1::integer[], $2::text[], $3::text[]) as e (i, url, tenant) returning id`,
    [numbers, numbers.map((i) => origin + path(i)), tenants, prefix, UNLIMITED],
  )
  await pool.query(`update webhooks_private.endpoint_secrets set secret = $1`, [SECRET])
  return rows.map(({ id }) => id)
}

/** Tenants `t0`, `t1`, …, each with one endpoint for one event type, at an address that nobody asks. */
export const addTenants = async (pool: pg.Pool, count: number, eventType: string): Promise<void> => {
  await pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}'`)
  await pool.query(
    `insert into webhooks.endpoints (tenant_id, name, url, events, rate_limit) select 't' || n, 'endpoint ' || n, 'http://127.0.0.1:9/', array[$2], $3 from generate_series(0, $1::integer - 1) as n`,
    [count, eventType, UNLIMITED],
  )
}

export type WriteOptions = {
  readonly count: number
  readonly endpoints: number
  readonly bodyBytes: number
  /** first number */
  readonly from?: number
  readonly prefix?: string
}

const INSERT = `insert into webhooks.events (tenant_id, type, data)
  select 'tenant ' || n % $2 / 50, $1 || 'e' || n % $2, json_build_object('n', n, 'text', $3::text) from generate_series($4::integer, $5::integer) as n`

/** Events by statements of a thousand, each for one endpoint. */
export const writeBulk = async (pool: pg.Pool, { count, endpoints, bodyBytes, from = 0, prefix = 'bench.' }: WriteOptions): Promise<void> => {
  for (let n = from; n < from + count; n += 1_000) {
    await pool.query(INSERT, [prefix, endpoints, padding(bodyBytes), n, Math.min(n + 1_000, from + count) - 1])
  }
}

/** The same, each in a transaction of its own, by eight clients. */
export const writeSingly = async (pool: pg.Pool, { count, endpoints, bodyBytes, from = 0, prefix = 'bench.' }: WriteOptions): Promise<void> => {
  let n = from
  const client = async (): Promise<void> => {
    while (n < from + count) {
      const mine = n++
      await pool.query({ name: 'write', text: INSERT, values: [prefix, endpoints, padding(bodyBytes), mine, mine] })
    }
  }
  await Promise.all(Array.from({ length: 8 }, client))
}

/** Events of the type that all endpoints of the first tenant ask for. */
export const writeForAll = async (pool: pg.Pool, { count, bodyBytes, from = 0, prefix = 'bench.' }: Omit<WriteOptions, 'endpoints'>): Promise<void> => {
  for (let n = from; n < from + count; n++) {
    await pool.query({ name: 'write_for_all', text: `insert into webhooks.events (tenant_id, type, data) values ('tenant 0', $1 || 'all', json_build_object('n', $2::integer, 'text', $3::text))`, values: [prefix, n, padding(bodyBytes)] })
  }
}

export type Rowhook = {
  readonly database: Database
  readonly pool: pg.Pool
  /** the first one */
  readonly worker: Child
  readonly workerCpuMs: () => number
  readonly vitals: () => Promise<RowhookVitals>
  /** resolves when no delivery is open (but those of paused endpoints) */
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** A database of its own, then `prepare`, then a worker, or several. */
export const startRowhook = async ({ server, statements }: Bench, prepare: (pool: pg.Pool) => Promise<unknown>, workers = 1): Promise<Rowhook> => {
  const database = await server.create('core')
  const { pool } = database
  // What the worker mirrors at its start, so that endpoints may be saved before.
  await pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}'`)
  await prepare(pool)
  const children = await Promise.all(Array.from({ length: workers }, () => startChild('rowhook', database.url)))
  const [worker] = children as [Child, ...Child[]]
  return {
    database,
    pool,
    worker,
    workerCpuMs: () => children.reduce((sum, { pid }) => sum + processCpuMs(pid), 0),
    vitals: () => worker.call('vitals'),
    settled: async () => {
      // Lane by lane: a join would read the million that wait for a paused endpoint, and be counted as Rowhook's own work.
      const isOpen = `select exists (select from webhooks.endpoints as p
                                      cross join lateral (select from webhooks.deliveries as d
                                                           where d.endpoint_id = p.id and d.status in ('pending', 'retrying') and d.order_key is null limit 1) as open
                                      where p.paused_at is null) as open`
      while ((await pool.query<{ open: boolean }>(isOpen)).rows[0]!.open) await new Promise((resolve) => setTimeout(resolve, 20))
    },
    stop: async () => {
      await Promise.all(children.map((child) => child.stop()))
      if (statements) await reportStatements(pool)
      await database.drop()
    },
  }
}
