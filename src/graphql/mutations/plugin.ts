/** The mutations as a part of the schema. */
import { sideEffectWithPgClientTransaction, TYPES, type PgClient } from 'postgraphile/@dataplan/pg'
import { context, get, object, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import { parse } from 'graphql'
import type { Identity } from '../identity.ts'
import { tenantOf } from '../tenant.ts'
import type { Act, ActDeps, Args } from './act.ts'
import { alertActs } from './alerts.ts'
import { apiKeyActs } from './api-keys.ts'
import { deliveryActs } from './deliveries.ts'
import { endpointActs } from './endpoints.ts'
import { eventTypeActs, eventTypeInputs } from './event-types.ts'
import { settingsActs, settingsInputs } from './settings.ts'
import { checkTexts } from './texts.ts'

export const acts: readonly Act[] = [...endpointActs, ...deliveryActs, ...apiKeyActs, ...eventTypeActs, ...settingsActs, ...alertActs]

const payloadName = ({ name }: Act) => `${name[0]!.toUpperCase()}${name.slice(1)}Payload`

const endpointFields = (nonNull: string) => `
  name: String
  description: String
  "https, at most 2,048 characters, no user name in it."
  url: String${nonNull}
  "Exact names, patterns such as sale.*, or * for all."
  events: [String!]${nonNull}
  "SQL/JSON path over the body that is sent; the event matches when the first item it yields is neither false nor null."
  filter: JSONPath
  "Further request headers, an object of names and values. Values are never shown again."
  headers: JSON
  "Most requests a minute; null: no limit."
  rateLimit: Int
  maxAttempts: Int
  retrySchedule: [IntervalInput!]
  noRetryCodes: [Int!]
  "1,000 to 20,000."
  timeoutMs: Int
  "1 to 256."
  maxInFlight: Int
  "none, resource or endpoint."
  ordering: String
  "standard or legacy."
  payloadFormat: String
  "standard or legacy."
  signatureProfile: String
  "OAuth 2 client credentials: {type: \\"oauth2\\", token_url, client_id, scope}. The client secret: setOauthSecret."
  auth: JSON`

const TENANT = '\n"Whose it is. The operator has to name it; everybody else has one tenant only."\ntenantId: String'

const sdl = `
"A new endpoint. What is left out is the default of the tenant, or of all."
input NewEndpoint {${endpointFields('!')}
}
"What is to change. What is left out stays; null is a value."
input EndpointChanges {${endpointFields('')}
}
${eventTypeInputs}
${settingsInputs}
extend type Mutation {
${acts.map(({ name, description, args, ...act }) => `  "${description}"\n  ${name}(\n${args}${act.isOfAll ? '' : TENANT}\n): ${payloadName({ name, description, args, ...act })}`).join('\n')}
}
${acts.map((act) => `"The answer of ${act.name}."\ntype ${payloadName(act)} {\n${act.payload}\n}`).join('\n')}
`

/** The tenant that the operator names binds the transaction: nothing outside it is touched. */
const bindTenant = async (client: PgClient, identity: Identity, args: Args): Promise<void> => {
  const tenant = tenantOf(identity, args['tenantId'])
  if (identity.tenantId === undefined) await client.query({ text: `select set_config('rowhook.tenant_id', $1, true)`, values: [tenant] })
}

export const mutationsPlugin = (deps: ActDeps): GraphileConfig.Plugin =>
  extendSchema((build) => {
    const { pgResources } = build.input.pgRegistry
    const follow: Readonly<Record<string, readonly [resource: string, column: string, key: string]>> = {
      endpoint: ['endpoints', 'id', 'endpointId'],
      delivery: ['deliveries', 'id', 'deliveryId'],
      event: ['events', 'id', 'eventId'],
      apiKey: ['api_keys', 'id', 'apiKeyId'],
      alert: ['alerts', 'id', 'alertId'],
      eventType: ['event_types', 'name', 'eventTypeName'],
      settings: ['settings', 'one_row', 'oneRow'],
    }

    const plan = (act: Act) => (_parent: Step, fieldArgs: FieldArgs) =>
      object({
        result: sideEffectWithPgClientTransaction(
          build.pgExecutor,
          object({ args: fieldArgs.getRaw(), identity: context().get('identity') }),
          async (client, { args, identity }) => {
            const given = args as Args
            checkTexts(given)
            if (!act.isOfAll) await bindTenant(client, identity, given)
            return act.run(client, given, deps)
          },
        ),
      })
    const row = ([resource, column, key]: readonly [string, string, string]) => ($payload: Step) => pgResources[resource]!.get({ [column]: get(get($payload, 'result'), key) })
    const tenantSettings = ($payload: Step) => pgResources['settings_of_tenant']!.execute([{ step: get(get($payload, 'result'), 'tenant'), pgCodec: TYPES.text, name: 'tenant_id' }])
    const value = (key: string) => ($payload: Step) => get(get($payload, 'result'), key)
    const payloadPlans = (act: Act) =>
      Object.fromEntries([...act.payload.matchAll(/^\s*(\w+):/gm)].map(([, name = '']) => [name, follow[name] ? row(follow[name]) : name === 'tenantSettings' ? tenantSettings : value(name)]))

    return {
      typeDefs: parse(sdl),
      objects: {
        Mutation: { plans: Object.fromEntries(acts.map((act) => [act.name, plan(act)])) },
        ...Object.fromEntries(acts.map((act) => [payloadName(act), { plans: payloadPlans(act) }])),
      },
    }
  }, 'RowhookMutationsPlugin')
