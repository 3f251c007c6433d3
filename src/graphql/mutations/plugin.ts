/** The mutations as a part of the schema. */
import { sideEffectWithPgClientTransaction, type PgClient } from 'postgraphile/@dataplan/pg'
import { context, get, object, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import { parse } from 'graphql'
import { RowhookError } from '../../core/errors.ts'
import type { Identity } from '../identity.ts'
import type { Act, ActDeps, Args } from './act.ts'
import { apiKeyActs } from './api-keys.ts'
import { deliveryActs } from './deliveries.ts'
import { endpointActs } from './endpoints.ts'

export const acts: readonly Act[] = [...endpointActs, ...deliveryActs, ...apiKeyActs]

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

const sdl = `
"A new endpoint. What is left out is the default of the tenant, or of all."
input NewEndpoint {${endpointFields('!')}
}
"What is to change. What is left out stays; null is a value."
input EndpointChanges {${endpointFields('')}
}
extend type Mutation {
${acts.map(({ name, description, args, ...act }) => `  "${description}"\n  ${name}(\n${args}\n"Whose it is. The operator has to name it; everybody else has one tenant only."\ntenantId: String\n): ${payloadName({ name, description, args, ...act })}`).join('\n')}
}
${acts.map((act) => `"The answer of ${act.name}."\ntype ${payloadName(act)} {\n${act.payload}\n}`).join('\n')}
`

/** The tenant that the operator names binds the transaction: nothing outside it is touched. */
const bindTenant = async (client: PgClient, { role, tenantId }: Identity, args: Args): Promise<void> => {
  const named = args['tenantId']
  if (role === 'operator' && tenantId === undefined) {
    if (typeof named !== 'string' || named === '') {
      throw new RowhookError({ code: 'WHTNT', message: 'The operator has to name the tenant.', detail: 'Every mutation of his acts within one tenant.', hint: 'Give the argument tenantId.' })
    }
    await client.query({ text: `select set_config('rowhook.tenant_id', $1, true)`, values: [named] })
  } else if (typeof named === 'string' && named !== tenantId) {
    throw new RowhookError({ code: 'WHTNT', message: `You may not act for tenant ${JSON.stringify(named)}.`, detail: `You belong to ${JSON.stringify(tenantId)}.`, hint: 'Leave tenantId out.' })
  }
}

export const mutationsPlugin = (deps: ActDeps): GraphileConfig.Plugin =>
  extendSchema((build) => {
    const { pgResources } = build.input.pgRegistry
    const follow = { endpoint: ['endpoints', 'endpointId'], delivery: ['deliveries', 'deliveryId'], event: ['events', 'eventId'], apiKey: ['api_keys', 'apiKeyId'] } as const

    const plan = (act: Act) => (_parent: Step, fieldArgs: FieldArgs) =>
      object({
        result: sideEffectWithPgClientTransaction(
          build.pgExecutor,
          object({ args: fieldArgs.getRaw(), identity: context().get('identity') }),
          async (client, { args, identity }) => {
            const given = args as Args
            await bindTenant(client, identity, given)
            return act.run(client, given, deps)
          },
        ),
      })
    const row = ([resource, key]: readonly [string, string]) => ($payload: Step) => pgResources[resource]!.get({ id: get(get($payload, 'result'), key) })
    const value = (key: string) => ($payload: Step) => get(get($payload, 'result'), key)
    const payloadPlans = (act: Act) =>
      Object.fromEntries([...act.payload.matchAll(/^\s*(\w+):/gm)].map(([, name = '']) => [name, name in follow ? row(follow[name as keyof typeof follow]) : value(name)]))

    return {
      typeDefs: parse(sdl),
      objects: {
        Mutation: { plans: Object.fromEntries(acts.map((act) => [act.name, plan(act)])) },
        ...Object.fromEntries(acts.map((act) => [payloadName(act), { plans: payloadPlans(act) }])),
      },
    }
  }, 'RowhookMutationsPlugin')
