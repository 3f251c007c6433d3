/** Questions that no table answers by itself: who am I, why did it not come, how did an endpoint fare. */
import { parse } from 'graphql'
import { loadOneWithPgClient, type PgClient } from 'postgraphile/@dataplan/pg'
import { context, get, lambda, object, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { Identity } from './identity.ts'
import { acts } from './mutations/plugin.ts'
import { asInterval } from './mutations/act.ts'

const sdl = `
extend type Query {
  "Who asks, and what they may."
  me: Me!
  "What became of the deliveries of an endpoint, for charts. Only of one's own tenant; of others it counts nothing."
  endpointStats(
    endpointId: UUID!
    "How far back; 24 hours if left out."
    interval: IntervalInput
    "Width of a bucket; 1 hour if left out. At most 1,000 buckets."
    bucket: IntervalInput
  ): [StatsBucket!]!
}
extend type Event {
  "For each endpoint of the tenant: whether it got this event, why or why not, and what happens next."
  explanation: [EventExplanation!]!
}
"Who asks."
type Me {
  "The token's subject, or key: and the id of the API key."
  subject: String!
  "viewer, manager, owner or operator."
  role: String!
  "Null for the operator, who has all."
  tenantId: String
  "When the token or key ends. Null: it does not."
  expiresAt: Datetime
  "Mutations that this role may call."
  permissions: [String!]!
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
}
"What became of an event at one endpoint."
type EventExplanation {
  "The endpoint."
  endpointId: UUID!
  "Its name, or its URL."
  endpoint: String!
  "The status of the delivery, or: not sent."
  outcome: String!
  "Why, in a sentence."
  because: String!
  "What happens next, in a sentence."
  next: String!
}
`

/** One call a look-up: there is one of them in a request, or few. */
const each = <Key, T>(work: (client: PgClient, key: Key) => Promise<T>) => (client: PgClient, keys: readonly Key[]) => Promise.all(keys.map((key) => work(client, key)))

const permissions = async (client: PgClient): Promise<string[]> => {
  const { rows } = await client.query<{ calls: string }>({
    text: `select calls from unnest($1::text[]) as calls where has_function_privilege('webhooks.' || calls, 'execute')`,
    values: [acts.map(({ calls }) => calls)],
  })
  const may = new Set(rows.map(({ calls }) => calls))
  return acts.filter(({ calls }) => may.has(calls)).map(({ name }) => name)
}

const stats = async (client: PgClient, [endpointId, interval, bucket]: readonly [string, unknown, unknown]) => {
  const { rows } = await client.query({
    text: `select to_char(at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, deliveries::integer, succeeded::integer, failed::integer, open::integer, retried::integer, p50_ms as "p50Ms", p95_ms as "p95Ms"
             from webhooks.endpoint_series($1, coalesce($2, interval '24 hours'), coalesce($3, interval '1 hour'))`,
    values: [endpointId, asInterval(interval), asInterval(bucket)],
  })
  return rows
}

const explanation = async (client: PgClient, eventId: string) => {
  const { rows } = await client.query({ text: 'select endpoint_id as "endpointId", endpoint, outcome, because, next from webhooks.explain($1)', values: [eventId] })
  return rows
}

const isoTime = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())

export const QuestionsPlugin = extendSchema((build) => {
  const executor = build.pgExecutor
  return {
    typeDefs: parse(sdl),
    objects: {
      Query: {
        plans: {
          me: () => object({ identity: context().get('identity') }),
          endpointStats: (_parent: Step, args: FieldArgs) =>
            loadOneWithPgClient(executor, [args.getRaw('endpointId'), args.getRaw('interval'), args.getRaw('bucket')] as const, each(stats as never)),
        },
      },
      Me: {
        plans: {
          subject: ($me: Step) => get(get($me, 'identity'), 'subject'),
          role: ($me: Step) => get(get($me, 'identity'), 'role'),
          tenantId: ($me: Step) => get(get($me, 'identity'), 'tenantId'),
          expiresAt: ($me: Step) => lambda(get($me, 'identity'), (identity) => isoTime((identity as Identity).expiresAtMs)),
          permissions: ($me: Step) => loadOneWithPgClient(executor, get(get($me, 'identity'), 'role'), each(permissions)),
        },
      },
      Event: { plans: { explanation: ($event: Step) => loadOneWithPgClient(executor, get($event, 'id'), each(explanation as never)) } },
    },
  }
}, 'RowhookQuestionsPlugin')
