/** What can be watched live, over WebSockets. */
import { parse } from 'graphql'
import { context, lambda, listen, object, type FieldArgs, type Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'
import type { Identity } from './identity.ts'
import type { Topic } from './live.ts'
import { tenantOf } from './tenant.ts'

const sdl = `
extend type Subscription {
  "A delivery of the endpoint that is new or has changed, about a quarter of a second later. Of a bulk load only the newest are shown."
  deliveryUpdated(endpointId: UUID!): Delivery
  "An event of the tenant, about a quarter of a second after its commit. Of a bulk load only the newest are shown."
  eventCreated(
    "Whose events. The operator has to name it; everybody else has one tenant only."
    tenantId: String
  ): Event
}
`

const topicText = (topic: Topic) => JSON.stringify(topic)

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
            subscribePlan: (_root: Step, args: FieldArgs) => watch(args, ({ tenantId }, { endpointId }) => ({ kind: 'deliveries', endpointId: String(endpointId).toLowerCase(), tenantId })),
            plan: row('deliveries'),
          },
          eventCreated: {
            subscribePlan: (_root: Step, args: FieldArgs) => watch(args, (identity, { tenantId }) => ({ kind: 'events', tenantId: tenantOf(identity, tenantId) })),
            plan: row('events'),
          },
        },
      },
    },
  }
}, 'RowhookSubscriptionsPlugin')
