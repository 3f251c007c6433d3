/** Questions about who asks, and why something came or did not. */
import { parse } from 'graphql'
import { loadOneWithPgClient, type PgClient } from 'postgraphile/@dataplan/pg'
import { context, get, lambda, object, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { Identity } from './identity.ts'
import { inApiNames } from './api-names.ts'
import { acts } from './mutations/plugin.ts'

const sdl = `
extend type Query {
  "Who asks, and what they may."
  me: Me!
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

const explanation = async (client: PgClient, eventId: string) => {
  const { rows } = await client.query<{ next: string }>({ text: 'select endpoint_id as "endpointId", endpoint, outcome, because, next from webhooks.explain($1)', values: [eventId] })
  return rows.map((row) => ({ ...row, next: inApiNames(row.next) }))
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
