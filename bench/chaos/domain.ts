/** The domain of a chaos run: a watched table, and endpoints of every kind that ask for its events. */
import type pg from 'pg'

export const tenants = ['acme', 'beta', 'core', 'dawn'] as const

const TABLE = `
create table public.orders (
  id        bigint  generated always as identity primary key,
  tenant_id text    not null,
  kind      text    not null,
  version   integer not null default 1,
  writer    integer not null,
  seq       integer not null,
  note      text    not null default ''
);
select from webhooks.watch('public.orders', 'order', '[
  {"event": "order.created",  "on": "insert"},
  {"event": "order.rush",     "on": "insert", "when": "new.kind = ''rush''"},
  {"event": "order.changed",  "on": "update"}
]')`

/** Quick, so that a run ends soon after its last event: a circuit stays open for a second, a retry comes after one or two. */
const SETTINGS = `
update webhooks.settings
   set allow_http = true, allow_ports = '{}', circuit_open_min = '1 second', circuit_open_max = '2 seconds', tenant_max_in_flight = 200`

type Kind = { readonly name: string; readonly events: string; readonly ordering: string; readonly extra: string }

/** Of each tenant: 2,000 events make about 4,600 deliveries. */
const kinds: readonly Kind[] = [
  { name: 'all', events: '{*}', ordering: 'none', extra: '' },
  { name: 'created', events: '{order.created}', ordering: 'none', extra: '' },
  { name: 'wild', events: '{order.*}', ordering: 'none', extra: ` , filter = '$.data.kind ? (@ == "plain" || @ == "rush")'` },
  { name: 'rush', events: '{order.rush}', ordering: 'none', extra: ', max_in_flight = 1' },
  { name: 'rush-ordered-resource', events: '{order.rush,order.changed}', ordering: 'resource', extra: '' },
  { name: 'rush-ordered-endpoint', events: '{order.rush}', ordering: 'endpoint', extra: '' },
  { name: 'none', events: '{order.gone}', ordering: 'none', extra: '' },
]

export const prepareDomain = async (pool: pg.Pool, port: number): Promise<number> => {
  await pool.query(TABLE)
  await pool.query(SETTINGS)
  await pool.query(`insert into webhooks.event_types (name, description) values ('order.gone', 'Never made.') on conflict do nothing`)
  for (const tenant of tenants) {
    await pool.query('insert into webhooks.tenant_settings (tenant_id, rate_limit) values ($1, null)', [tenant])
    for (const { name, events, ordering, extra } of kinds) {
      const { rows } = await pool.query<{ id: string }>(
        `insert into webhooks.endpoints (tenant_id, name, url, events, ordering, rate_limit, retry_schedule, max_attempts, timeout_ms)
         values ($1, $2, $3, $4, $5, null, '{1 second,1 second,2 seconds,2 seconds}', 5, 10000) returning id`,
        [tenant, name, `http://127.0.0.1:${port}/${tenant}/${name}`, events, ordering],
      )
      if (extra !== '') await pool.query(`update webhooks.endpoints set id = id ${extra} where id = $1`, [rows[0]!.id])
    }
  }
  return tenants.length * kinds.length
}
