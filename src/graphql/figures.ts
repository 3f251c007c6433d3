/** Figures over time, for charts: of an endpoint, of a list of endpoints, of a tenant. */
import { parse } from 'graphql'
import { loadOneWithPgClient, type PgClient } from 'postgraphile/@dataplan/pg'
import { context, get, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { Identity } from './identity.ts'
import { asInterval } from './mutations/act.ts'
import { tenantOf } from './tenant.ts'

const PERIOD = `
    "How far back; 24 hours if left out."
    interval: IntervalInput
    "Width of a bucket; 1 hour if left out. At most 1,000 buckets."
    bucket: IntervalInput`

const sdl = `
extend type Query {
  "What became of the deliveries of an endpoint, for charts. Only of one's own tenant; of others it counts nothing."
  endpointStats(
    endpointId: UUID!${PERIOD}
  ): [StatsBucket!]
  "A tenant at a glance. Reads 30,000 deliveries at most, however many there are."
  tenantStats(
    "Whose figures. The operator has to name it; everybody else has one tenant only."
    tenantId: String${PERIOD}
  ): TenantStats
}
extend type Endpoint {
  "What became of its deliveries, for a small chart in a list: all endpoints of a list are read in one statement, 30,000 deliveries at most."
  sparkline(${PERIOD}
  ): [StatsBucket!]!
}
"Deliveries of events that happened within a bucket, as they are now."
type StatsBucket {
  "When the bucket begins."
  at: Datetime!
  "All of them."
  deliveries: Int!
  "Accepted by the receiver."
  succeeded: Int!
  "Failed for good, or expired."
  failed: Int!
  "Not ended yet."
  open: Int!
  "Those that took more than one attempt."
  retried: Int!
  "Half of the last answers took no longer, in milliseconds. Null: there was none."
  p50Ms: Int
  "95 of 100 last answers took no longer, in milliseconds. Null: there was none."
  p95Ms: Int
  "Whether the bucket held more than could be counted, so that its figures are estimates."
  estimated: Boolean!
}
"How the deliveries of a tenant fare. The counts are those of events of the period; backlog, due, deadLetters and the endpoints are as of now."
type TenantStats {
  "The counts by time."
  buckets: [StatsBucket!]!
  "All deliveries of the period."
  deliveries: Int!
  "Accepted by their receivers."
  succeeded: Int!
  "Failed for good, or expired."
  failed: Int!
  "Share of those that ended, 0 to 1, that succeeded. Null: none has ended."
  successRate: Float
  "Half of the last answers to the newest 20,000 deliveries of the period took no longer, in milliseconds. Null: there was none."
  p50Ms: Int
  "95 of 100 of them took no longer, in milliseconds. Null: there was none."
  p95Ms: Int
  "Whether a bucket held more than could be counted, so that counts are estimates."
  estimated: Boolean!
  "Open deliveries, due or not; 10,000 means that many or more."
  backlog: Int!
  "Those of them that are due and not sent yet."
  due: Int!
  "Deliveries that failed for good; 10,000 means that many or more."
  deadLetters: Int!
  "Endpoints that are not deleted."
  endpoints: Int!
  "Those whose last attempt failed."
  failingEndpoints: Int!
}
`

/** What a bucket is read from; counts beyond GraphQL's Int stay at its end. */
const BUCKET = `to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
  ${['deliveries', 'succeeded', 'failed', 'open', 'retried'].map((name) => `least(${name}, 2147483647)::integer as ${name}`).join(', ')},
  p50_ms as "p50Ms", p95_ms as "p95Ms", estimated`
const SPAN = `coalesce($2::interval, interval '24 hours'), coalesce($3::interval, interval '1 hour')`

type Bucket = { readonly deliveries: number; readonly succeeded: number; readonly failed: number; readonly estimated: boolean }
type Span = readonly [interval: unknown, bucket: unknown]

/** Charts of many endpoints: one statement for all that ask for the same span. */
const endpointCharts = async (client: PgClient, asked: readonly (readonly [string, ...Span])[]): Promise<readonly Bucket[][]> => {
  const charts = new Map<string, Bucket[]>()
  const keyOf = ([id, ...span]: (typeof asked)[number]) => `${id.toLowerCase()} ${JSON.stringify(span)}`
  for (const [, ...span] of new Map(asked.map((each) => [JSON.stringify(each.slice(1)), each])).values()) {
    const ids = asked.filter((each) => JSON.stringify(each.slice(1)) === JSON.stringify(span)).map(([id]) => id)
    const { rows } = await client.query<Bucket & { id: string }>({
      text: `select endpoint_id as id, ${BUCKET} from webhooks.endpoint_series($1, ${SPAN})`,
      values: [[...new Set(ids)], ...span.map(asInterval)],
    })
    for (const row of rows) {
      const key = keyOf([row.id, ...span])
      charts.set(key, [...(charts.get(key) ?? []), row])
    }
  }
  return asked.map((each) => charts.get(keyOf(each)) ?? [])
}

const sum = (buckets: readonly Bucket[], name: 'deliveries' | 'succeeded' | 'failed') => Math.min(buckets.reduce((total, bucket) => total + bucket[name], 0), 2 ** 31 - 1)

const tenantFigures = async (client: PgClient, [identity, named, interval, bucket]: readonly [Identity, unknown, ...Span]) => {
  const tenant = tenantOf(identity, named)
  const span = [asInterval(interval), asInterval(bucket)]
  const { rows: buckets } = await client.query<Bucket>({ text: `select ${BUCKET} from webhooks.tenant_series($1, ${SPAN})`, values: [tenant, ...span] })
  const { rows } = await client.query<Record<string, unknown>>({
    text: `select p50_ms as "p50Ms", p95_ms as "p95Ms", backlog, due, dead_letters as "deadLetters", endpoints, failing_endpoints as "failingEndpoints"
             from webhooks.tenant_summary($1, now() - coalesce($2::interval, interval '24 hours'))`,
    values: [tenant, span[0]],
  })
  const [deliveries, succeeded, failed] = [sum(buckets, 'deliveries'), sum(buckets, 'succeeded'), sum(buckets, 'failed')]
  const successRate = succeeded + failed === 0 ? null : succeeded / (succeeded + failed)
  return { ...rows[0], buckets, deliveries, succeeded, failed, successRate, estimated: buckets.some(({ estimated }) => estimated) }
}

export const FiguresPlugin = extendSchema((build) => {
  const executor = build.pgExecutor
  const chart = ($endpointId: Step, args: FieldArgs) => loadOneWithPgClient(executor, [$endpointId, args.getRaw('interval'), args.getRaw('bucket')] as const, endpointCharts as never)
  return {
    typeDefs: parse(sdl),
    objects: {
      Query: {
        plans: {
          endpointStats: (_parent: Step, args: FieldArgs) => chart(args.getRaw('endpointId'), args),
          tenantStats: (_parent: Step, args: FieldArgs) =>
            loadOneWithPgClient(
              executor,
              [context().get('identity'), args.getRaw('tenantId'), args.getRaw('interval'), args.getRaw('bucket')] as const,
              ((client: PgClient, asked: readonly Parameters<typeof tenantFigures>[1][]) => Promise.all(asked.map((each) => tenantFigures(client, each)))) as never,
            ),
        },
      },
      Endpoint: { plans: { sparkline: ($endpoint: Step, args: FieldArgs) => chart(get($endpoint, 'id'), args) } },
    },
  }
}, 'RowhookFiguresPlugin')
