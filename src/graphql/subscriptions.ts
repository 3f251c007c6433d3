/** What can be watched live, over WebSockets. */
import { parse } from 'graphql'
import { context, lambda, listen, object, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { Identity } from './identity.ts'
import type { Topic } from './live.ts'
import { tenantOf } from './tenant.ts'

const sdl = `
extend type Subscription {
  "A delivery that is new or has changed, about a quarter of a second later. Of a bulk load only the newest are shown."
  deliveryUpdated(
    "Of this endpoint. Left out: of the whole tenant, among its newest 200."
    endpointId: UUID
    "Of this tenant, where no endpoint is named. The operator may leave it out and sees those of all; everybody else has one tenant only."
    tenantId: String
  ): Delivery
  "An event of the tenant, about a quarter of a second after its commit. Of a bulk load only the newest are shown."
  eventCreated(
    "Whose events. The operator may leave it out and sees those of all; everybody else has one tenant only."
    tenantId: String
  ): Event
}
`

const topicText = (topic: Topic) => JSON.stringify(topic)

const isOfAll = ({ tenantId }: Identity, named: unknown): boolean => tenantId === undefined && (named === undefined || named === null)

const deliveriesTopic = (identity: Identity, { endpointId, tenantId: named }: Readonly<Record<string, unknown>>): Topic => {
  if (typeof endpointId === 'string') return { kind: 'deliveries', endpointId: endpointId.toLowerCase(), tenantId: identity.tenantId }
  return { kind: 'deliveries', tenantId: isOfAll(identity, named) ? undefined : tenantOf(identity, named) }
}

export const SubscriptionsPlugin = extendSchema((build) => {
  const { pgResources } = build.input.pgRegistry
  const watch = (args: FieldArgs, topic: (identity: Identity, given: Readonly<Record<string, unknown>>) => Topic) =>
    listen(
      context().get('live'),
      lambda(object({ identity: context().get('identity'), given: args.getRaw() }), ({ identity, given }) => topicText(topic(identity, given as Record<string, unknown>))),
    )
  const row = (resource: string) => ($id: Step) => pgResources[resource]!.get({ id: $id })
  return {
    typeDefs: parse(sdl),
    objects: {
      Subscription: {
        plans: {
          deliveryUpdated: {
            subscribePlan: (_root: Step, args: FieldArgs) => watch(args, deliveriesTopic),
            plan: row('deliveries'),
          },
          eventCreated: {
            subscribePlan: (_root: Step, args: FieldArgs) => watch(args, (identity, { tenantId }) => ({ kind: 'events', tenantId: isOfAll(identity, tenantId) ? undefined : tenantOf(identity, tenantId) })),
            plan: row('events'),
          },
        },
      },
    },
  }
}, 'RowhookSubscriptionsPlugin')
