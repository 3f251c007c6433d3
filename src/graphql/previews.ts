/** Questions asked before something is done: what a filter would take, and what recover and replay would send. */
import { parse } from 'graphql'
import { loadOneWithPgClient, type PgClient } from 'postgraphile/@dataplan/pg'
import { context, get, object, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { Identity } from './identity.ts'
import type { Args } from './mutations/act.ts'
import { tenantOf } from './tenant.ts'

const WINDOW = `
    endpointId: UUID!
    "Of events that happened at this time or later."
    since: Datetime!
    "Before this time; left out: no end."
    until: Datetime`

const sdl = `
extend type Query {
  "How many of the newest events an endpoint with these event types and this filter would have got. Says no to what saving it would say no to."
  filterPreview(
    "Exact names, patterns such as sale.*, or * for all."
    events: [String!]!
    "SQL/JSON path over the body that is sent; left out: all events of these types."
    filter: JSONPath
    "How many of the newest events to look at, 5,000 (or 16 MiB of data) at the most."
    sample: Int = 1000
    "Whose events. The operator has to name it; everybody else has one tenant only."
    tenantId: String
  ): FilterPreview
  "How many deliveries recover would reopen, changing nothing."
  recoverPreview(${WINDOW}
  ): RecoverPreview
  "How many deliveries replay would make of the first 10,000 events of the window, changing nothing. Ask again with resumeAfter: lastEvent while more is true."
  replayPreview(${WINDOW}
    "Exact names; left out: all."
    types: [String!]
    resumeAfter: UUID
  ): ReplayPreview
}
"What a filter would have taken."
type FilterPreview {
  "Events that were looked at, the newest of the tenant."
  looked: Int!
  "Those of them that the event types ask for."
  asked: Int!
  "Those of them that the filter takes."
  matched: Int!
  "When the oldest of them happened. Null: there was none."
  since: Datetime
  "The newest that matched. Null: none did."
  latest: Event
}
"What recover would do."
type RecoverPreview {
  "Deliveries that it would reopen, counted up to 100,000."
  deliveries: Int!
  "Whether there are more than that."
  more: Boolean!
}
"What replay would do."
type ReplayPreview {
  "Deliveries that it would make of the events that were looked at."
  deliveries: Int!
  "Events that were looked at."
  looked: Int!
  "Whether the window has more events."
  more: Boolean!
  "The last event that was looked at: resumeAfter of the next question. Null: there was none."
  lastEvent: UUID
}
`

type Asked = { readonly args: Args; readonly identity: Identity }

const rowsOf = async (client: PgClient, text: string, values: readonly unknown[]) => (await client.query<Record<string, unknown>>({ text, values: [...values] })).rows

const filterPreview = async (client: PgClient, { args, identity }: Asked) =>
  (await rowsOf(
    client,
    `select looked, asked, matched, to_char(since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as since, latest from webhooks.preview_filter($1, $2, $3, $4)`,
    [args['events'], args['filter'], tenantOf(identity, args['tenantId']), args['sample']],
  ))[0]

const recoverPreview = async (client: PgClient, { args }: Asked) =>
  (await rowsOf(client, 'select deliveries, more from webhooks.preview_recover($1, $2, $3)', [args['endpointId'], args['since'], args['until']]))[0]

const replayPreview = async (client: PgClient, { args }: Asked) =>
  (await rowsOf(
    client,
    'select deliveries, looked, more, last_event as "lastEvent" from webhooks.preview_replay($1, $2, $3, $4, $5)',
    [args['endpointId'], args['since'], args['until'], args['types'], args['resumeAfter']],
  ))[0]

export const PreviewsPlugin = extendSchema((build) => {
  const ask = (question: (client: PgClient, asked: Asked) => Promise<unknown>) => (_parent: Step, args: FieldArgs) =>
    loadOneWithPgClient(
      build.pgExecutor,
      object({ args: args.getRaw(), identity: context().get('identity') }),
      ((client: PgClient, asked: readonly Asked[]) => Promise.all(asked.map((each) => question(client, each)))) as never,
    )
  return {
    typeDefs: parse(sdl),
    objects: {
      Query: { plans: { filterPreview: ask(filterPreview), recoverPreview: ask(recoverPreview), replayPreview: ask(replayPreview) } },
      FilterPreview: { plans: { latest: ($preview: Step) => build.input.pgRegistry.pgResources['events']!.get({ id: get($preview, 'latest') }) } },
    },
  }
}, 'RowhookPreviewsPlugin')
