/** What the API's lists and charts cost over a large log, beside the same SQL by pg. */
import pg from 'pg'
import type { Bench } from './harness/bench.ts'
import { asker, load, startApi, type Api } from './harness/api.ts'
import type { Figure, Sample, Variant } from './harness/figure.ts'
import { addHistory } from './harness/history.ts'

const TENANT = 'history 7'
const RARE = 'rare'
const SECONDS = 5

const LIST = '{ deliveries(first: 50) { nodes { id status eventType createdAt endpoint { id name url } lastAttempt { number status durationMs error } } pageInfo { hasNextPage endCursor } } }'
/** What PostGraphile makes of it. */
const SQL = `select d.id, d.status, d.event_type, to_char(d.created_at, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM'), a.number, a.status, a.duration_ms, a.error, p.id, p.name, p.url
  from webhooks.deliveries as d
  left join webhooks.attempts as a on a.delivery_id = d.id and a.number = d.attempts
  left join webhooks.endpoints as p on p.id = d.endpoint_id
 order by d.id desc limit 51`

/** A tenant whose few deliveries are the oldest of all. */
const addRare = async (pool: pg.Pool) => {
  const { rows } = await pool.query<{ id: string }>(`insert into webhooks.endpoints (tenant_id, name, url, events, paused_at) values ($1, 'rare', 'http://127.0.0.1:9/', '{*}', now()) returning id`, [RARE])
  await pool.query(
    `insert into webhooks.events (id, tenant_id, type, endpoint_id)
     select (left(webhooks_private.least_id(now() - interval '25 hours')::text, 14) || '7' || right(gen_random_uuid()::text, 21))::uuid, $1, 'test.event', $2 from generate_series(1, 60)`,
    [RARE, rows[0]!.id],
  )
}

const start = (bench: Bench, size: number) =>
  startApi(bench, async (pool) => {
    await addHistory(pool, size)
    await addRare(pool)
    await pool.query('vacuum analyze')
  })

/** As a request of the API has it: a transaction that becomes the role, for one tenant. */
const viaPg = async ({ databaseUrl }: Api, clients: number): Promise<Sample> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: clients })
  const settings = JSON.stringify([['role', 'rowhook_viewer'], ['rowhook.tenant_id', TENANT], ['statement_timeout', '10000']])
  const sample = await load(async () => {
    const client = await pool.connect()
    await client.query('begin')
    await client.query('select set_config(el->>0, el->>1, true) from json_array_elements($1::json) el', [settings])
    const { rows } = await client.query({ name: 'list', text: SQL })
    await client.query('commit')
    client.release()
    if (rows.length !== 51) throw new Error(`${rows.length} rows`)
    JSON.stringify(rows)
  }, { clients, seconds: SECONDS })
  await pool.end()
  return sample
}

const viaApi = async (api: Api, query: string, clients: number, tenant = TENANT): Promise<Sample> => {
  const { ask, close } = await asker(api, tenant, clients)
  const sample = await load(() => ask(query), { clients, seconds: SECONDS })
  await close()
  return sample
}

/** The page that lies so many rows behind the first. */
const deepPage = async (api: Api): Promise<Sample> => {
  const { ask, close } = await asker(api, TENANT, 1)
  let after = ''
  for (let page = 0; page < 20; page++) {
    const { deliveries } = (await ask(`{ deliveries(first: 1000${after}) { pageInfo { endCursor } } }`)) as { deliveries: { pageInfo: { endCursor: string } } }
    after = `, after: ${JSON.stringify(deliveries.pageInfo.endCursor)}`
  }
  await close()
  return viaApi(api, LIST.replace('first: 50', `first: 50${after}`), 1)
}

const STATS = '{ tenantStats(interval: {hours: 24}, bucket: {hours: 1}) { deliveries successRate p50Ms p95Ms backlog deadLetters buckets { at succeeded failed } } }'
const SPARKLINES = '{ endpoints(first: 10) { nodes { name health { state backlog } sparkline { succeeded failed } } } }'

let shared: Promise<Api> | undefined

export const api: Figure = {
  name: 'api',
  what: 'requests to the GraphQL API over a large log: the list of 50 deliveries with endpoint and last attempt beside the same SQL, and what an overview asks',
  metrics: [
    { name: 'rate', unit: 'requests/s', digits: 0 },
    { name: 'p50', unit: 'ms p50', digits: 1 },
    { name: 'p99', unit: 'ms p99', digits: 1 },
  ],
  runs: 1,
  size: 1_000_000,
  sizeOf: 'deliveries in the log',
  onDemand: true,
  ratios: (variant) => ({ pg: variant.replace('list', 'same SQL by pg') }),
  bars: [
    { says: 'list, 8 clients: at least 0.15 of the rate of the same SQL', reached: ({ ratio }) => ratio('list, 8 clients', 'same SQL by pg, 8 clients'), holds: (value) => value >= 0.15 },
    ...['list, 1 client', 'list 20,000 rows deep', 'list of a rare tenant', 'tenant at a glance', 'ten endpoints with sparklines'].map((variant) => ({
      says: `${variant}: p99 under 300 ms`,
      reached: ({ value }: { value: (variant: string, metric: string) => number | undefined }) => value(variant, 'p99'),
      holds: (value: number) => value < 300,
      unit: 'ms',
    })),
  ],
  variants: (bench, size) => {
    const on = (run: (api: Api) => Promise<Sample>) => async () => run(await (shared ??= start(bench, size)))
    return [
      { name: 'same SQL by pg, 8 clients', run: on((api) => viaPg(api, 8)) },
      { name: 'list, 8 clients', run: on((api) => viaApi(api, LIST, 8)) },
      { name: 'same SQL by pg, 1 client', run: on((api) => viaPg(api, 1)) },
      { name: 'list, 1 client', run: on((api) => viaApi(api, LIST, 1)) },
      { name: 'list 20,000 rows deep', run: on(deepPage) },
      { name: 'list of a rare tenant', run: on((api) => viaApi(api, LIST, 1, RARE)) },
      { name: 'tenant at a glance', run: on((api) => viaApi(api, STATS, 1)) },
      { name: 'ten endpoints with sparklines', run: on((api) => viaApi(api, SPARKLINES, 1)) },
    ] satisfies Variant[]
  },
  end: async () => {
    await (await shared)?.stop()
    shared = undefined
  },
}
