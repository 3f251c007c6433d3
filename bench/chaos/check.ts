/** What must hold after a chaos run, asked of the tables and of the receivers' ledger. */
import type pg from 'pg'
import type { Receipt } from './receiver-process.ts'

export type Verdict = {
  readonly events: number
  readonly deliveries: number
  readonly succeeded: number
  readonly failed: number
  /** what should have been delivered and was not, of all kinds together */
  readonly lost: number
  /** requests that came after the receiver had said 2xx */
  readonly duplicates: number
  /** sentences about what does not hold; none = all is well */
  readonly broken: readonly string[]
}

/** Counts that must be zero. `lost` are those that count as losses. */
const zeros: readonly { readonly what: string; readonly isLoss: boolean; readonly sql: string }[] = [
  {
    what: 'committed rows without their events, or with others',
    isLoss: true,
    sql: `with wanted as (
            select id::text as id, 'order.created' as type, 1 as version from public.orders
            union all select id::text, 'order.rush', 1 from public.orders where kind = 'rush'
            union all select id::text, 'order.changed', n from public.orders cross join lateral generate_series(2, version) as n
          ), made as (
            select resource_id as id, type, (data ->> 'version')::integer as version from webhooks.events where resource_type = 'order'
          )
          select (select count(*) from (table wanted except all table made) as missing) + (select count(*) from (table made except all table wanted) as extra)`,
  },
  {
    what: 'events without the delivery of an endpoint that matches, or with one that does not',
    isLoss: true,
    sql: `with wanted as (
            select e.id as event_id, p.id as endpoint_id
              from webhooks.events as e
              join webhooks.endpoints as p on p.tenant_id = e.tenant_id
               and case p.name when 'all'     then true
                               when 'created' then e.type = 'order.created'
                               when 'wild'    then e.data ->> 'kind' in ('plain', 'rush')
                               when 'rush'    then e.type = 'order.rush'
                               when 'rush-ordered-resource' then e.type in ('order.rush', 'order.changed')
                               when 'rush-ordered-endpoint' then e.type = 'order.rush' end
             where e.resource_type = 'order'
          ), made as (
            select event_id, endpoint_id from webhooks.deliveries
          )
          select (select count(*) from (table wanted except all table made) as missing) + (select count(*) from (table made except all table wanted) as extra)`,
  },
  { what: 'deliveries that have not ended', isLoss: true, sql: `select count(*) from webhooks.deliveries where status in ('pending', 'retrying')` },
  { what: 'deliveries that ended neither in success nor in failure', isLoss: true, sql: `select count(*) from webhooks.deliveries where status in ('cancelled', 'expired')` },
  {
    what: 'deliveries whose attempts are not numbered 1 to n',
    isLoss: false,
    sql: `select count(*)
            from webhooks.deliveries as d
            left join lateral (select count(*) as n, max(number) as last from webhooks.attempts as a where a.delivery_id = d.id) as a on true
           where a.n <> d.attempts or coalesce(a.last, 0) <> d.attempts`,
  },
  { what: 'deliveries quarantined although nothing was wrong with them', isLoss: false, sql: `select count(*) from webhooks.attempts where error_kind = 'quarantined'` },
  { what: 'jobs left locked', isLoss: false, sql: `select count(*) from graphile_worker.jobs where locked_at is not null` },
  { what: 'workers that neither signed off nor were declared dead', isLoss: false, sql: 'select count(*) from webhooks_private.workers where ended_at is null' },
]

const RESULTS = `
select '/' || p.tenant_id || '/' || p.name as path, d.event_id::text as id, d.status, p.ordering, e.resource_id,
       (e.data ->> 'version')::integer as version, (e.data ->> 'writer')::integer as writer, (e.data ->> 'seq')::integer as seq
  from webhooks.deliveries as d
  join webhooks.endpoints  as p on p.id = d.endpoint_id
  join webhooks.events     as e on e.id = d.event_id`

type Result = {
  readonly path: string
  readonly id: string
  readonly status: string
  readonly ordering: 'none' | 'resource' | 'endpoint'
  readonly resource_id: string
  readonly version: number
  readonly writer: number
  readonly seq: number
}

/** Of one endpoint and what is ordered in it: the last place that was received for the first time. */
const orderFaults = (receipts: readonly Receipt[], results: ReadonlyMap<string, Result>): number => {
  const last = new Map<string, number>()
  const seen = new Set<string>()
  let faults = 0
  for (const { path, id } of receipts) {
    const result = results.get(`${path} ${id}`)
    if (result === undefined || result.ordering === 'none' || seen.has(`${path} ${id}`)) continue
    seen.add(`${path} ${id}`)
    // Versions of a row follow one another; transactions of a writer do.
    const [line, place] = result.ordering === 'resource' ? [result.resource_id, result.version] : [String(result.writer), result.seq]
    const key = `${path} ${line}`
    if (place < (last.get(key) ?? 0)) faults += 1
    else last.set(key, place)
  }
  return faults
}

/** @param acknowledged rows whose commit was acknowledged to their writer, with the last version */
export const checkRun = async (pool: pg.Pool, receipts: readonly Receipt[], acknowledged: ReadonlyMap<string, number>): Promise<Verdict> => {
  const broken: string[] = []
  let lost = 0
  const tell = (count: number, what: string, isLoss: boolean): void => {
    if (count === 0) return
    if (isLoss) lost += count
    broken.push(`${count} ${what}`)
  }

  for (const { what, isLoss, sql } of zeros) tell(Number((await pool.query<{ count: string }>({ text: `select n::text as count from (${sql}) as counted (n)` })).rows[0]!.count), what, isLoss)

  const rows = new Map((await pool.query<{ id: string; version: number }>('select id::text as id, version from public.orders')).rows.map(({ id, version }) => [id, version]))
  tell([...acknowledged].filter(([id, version]) => (rows.get(id) ?? 0) < version).length, 'acknowledged writes that are gone', true)

  const results = new Map((await pool.query<Result>(RESULTS)).rows.map((result) => [`${result.path} ${result.id}`, result]))
  const accepted = new Set<string>()
  const bodies = new Map<string, string>()
  let duplicates = 0
  let strangers = 0
  let changed = 0
  for (const { path, id, body, status } of receipts) {
    const pair = `${path} ${id}`
    if (!results.has(pair)) strangers += 1
    if (accepted.has(pair)) duplicates += 1
    if (status >= 200 && status < 300) accepted.add(pair)
    if ((bodies.get(id) ?? body) !== body) changed += 1
    bodies.set(id, body)
  }
  const all = [...results]
  const succeeded = all.filter(([, { status }]) => status === 'success')
  tell(strangers, 'requests without a committed event', false)
  tell(changed, 'repeated requests with other bytes', false)
  tell(succeeded.filter(([pair]) => !accepted.has(pair)).length, 'successes that no receiver has accepted', true)
  tell(orderFaults(receipts, results), 'requests out of order', false)

  return {
    events: Number((await pool.query<{ count: string }>('select count(*) from webhooks.events')).rows[0]!.count),
    deliveries: results.size,
    succeeded: succeeded.length,
    failed: all.filter(([, { status }]) => status === 'failed').length,
    lost,
    duplicates,
    broken,
  }
}
