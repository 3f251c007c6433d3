/** Endpoints and their secrets. */
import { endpointUrlProblems } from '../../core/endpoint-url.ts'
import { RowhookError } from '../../core/errors.ts'
import * as secrets from '../../database/secrets.ts'
import { asInterval, asker, columnsOf, callOne, type Act, type ActDeps, type Args } from './act.ts'

const ENDPOINT = '"The endpoint as it is now."\nendpoint: Endpoint'

/** Spellings of addresses are judged here, at save; the worker judges again before it connects. */
const checkUrl = (url: unknown, { policy }: ActDeps): void => {
  if (typeof url !== 'string') return
  const [problem] = endpointUrlProblems(url, policy)
  if (problem) throw new RowhookError(problem)
}

const endpointColumns = (input: unknown) => columnsOf(input, ['retrySchedule'])

/** A call that takes an endpoint's id and gives the endpoint. */
const change = (name: string, calls: string, description: string, more = ''): Act => ({
  name,
  description,
  args: `id: UUID!${more}`,
  payload: ENDPOINT,
  calls,
  run: async (client, { id, reason }) => {
    const given = reason === undefined || reason === null ? [id] : [id, reason]
    const { endpointId } = await callOne(client, `select (webhooks.${calls.replace(/\(.*/, '')}(${given.map((_, n) => `$${n + 1}`).join(', ')})).id as "endpointId"`, given)
    return { endpointId }
  },
})

export const endpointActs: readonly Act[] = [
  {
    name: 'createEndpoint',
    description: 'Makes an endpoint. Its signing secret (yours, or a new one) is in this answer and in no other but that of revealSecret.',
    args: 'endpoint: NewEndpoint!\n"Left out, a good one is made: whsec_ and base64 of 24 to 64 bytes (signature profile legacy: any 16 to 255 characters)."\nsecret: String',
    payload: `${ENDPOINT}\n"Shown once."\nsecret: String`,
    calls: 'create_endpoint(jsonb,text,text,uuid)',
    run: async (client, { endpoint, secret, tenantId }, deps) => {
      checkUrl((endpoint as Args)['url'], deps)
      const made = await secrets.createEndpoint(asker(client), deps.keyring, { columns: endpointColumns(endpoint), tenantId: tenantId as string | null, secret: secret as string | null })
      return { endpointId: made.id, secret: made.secret }
    },
  },
  {
    name: 'updateEndpoint',
    description: 'Changes what is given and leaves the rest. Headers are replaced as a whole.',
    args: 'id: UUID!\nchanges: EndpointChanges!',
    payload: ENDPOINT,
    calls: 'update_endpoint(uuid,jsonb)',
    run: async (client, { id, changes }, deps) => {
      checkUrl((changes as Args)['url'], deps)
      await secrets.updateEndpoint(asker(client), deps.keyring, id as string, endpointColumns(changes))
      return { endpointId: id }
    },
  },
  change('deleteEndpoint', 'delete_endpoint(uuid)', 'Deletes an endpoint. What was open is cancelled; its log stays readable until retention takes it.'),
  change('pauseEndpoint', 'pause_endpoint(uuid)', 'Stops sending to an endpoint; its deliveries collect until it is resumed.'),
  change('resumeEndpoint', 'resume_endpoint(uuid)', 'Sends to an endpoint again: what collected first, within its limits.'),
  change('disableEndpoint', 'disable_endpoint(uuid,text)', 'Disables an endpoint: it collects nothing more, and what was open is cancelled.', '\n"For people; by hand, if left out."\nreason: String'),
  change('enableEndpoint', 'enable_endpoint(uuid)', 'Enables an endpoint, its failures forgotten. What it missed comes by replay, what was cancelled by recover.'),
  {
    name: 'rotateSecret',
    description: 'Gives an endpoint a new signing secret. The one before signs beside it until the overlap ends.',
    args: 'endpointId: UUID!\n"How long both sign: 0 to 30 days; 24 hours if left out."\noverlap: IntervalInput\n"Left out, a good one is made."\nsecret: String',
    payload: `${ENDPOINT}\n"Shown once."\nsecret: String`,
    calls: 'rotate_secret(uuid,interval,text)',
    run: async (client, { endpointId, overlap, secret }, { keyring }) => ({
      endpointId,
      secret: await secrets.rotateSecret(asker(client), keyring, endpointId as string, asInterval(overlap), secret as string | null),
    }),
  },
  {
    name: 'setSecret',
    description: 'Replaces all signing secrets of an endpoint at once: its receiver has one already, or one has leaked.',
    args: 'endpointId: UUID!\nsecret: String!',
    payload: ENDPOINT,
    calls: 'set_secret(uuid,text)',
    run: async (client, { endpointId, secret }, { keyring }) => {
      await secrets.setSecret(asker(client), keyring, endpointId as string, secret as string)
      return { endpointId }
    },
  },
  {
    name: 'revealSecret',
    description: 'Shows the current signing secret of an endpoint. The audit log says who looked.',
    args: 'endpointId: UUID!',
    payload: `${ENDPOINT}\n"The current one."\nsecret: String`,
    calls: 'reveal_secret(uuid)',
    run: async (client, { endpointId }, { keyring }) => ({ endpointId, secret: await secrets.revealSecret(asker(client), keyring, endpointId as string) }),
  },
  {
    name: 'setOauthSecret',
    description: 'Sets the client secret with which auth (OAuth 2 client credentials) asks for tokens. It is never shown again.',
    args: 'endpointId: UUID!\nsecret: String!',
    payload: ENDPOINT,
    calls: 'set_oauth_secret(uuid,text)',
    run: async (client, { endpointId, secret }, { keyring }) => {
      await secrets.setOauthSecret(asker(client), keyring, endpointId as string, secret as string)
      return { endpointId }
    },
  },
  {
    name: 'sendTest',
    description: 'Sends the example of an event type to one endpoint, whatever it asks for.',
    args: 'endpointId: UUID!\neventType: String = "test.event"',
    payload: `${ENDPOINT}\n"The test event."\nevent: Event\n"On its way to the endpoint."\ndelivery: Delivery`,
    calls: 'send_test(uuid,text)',
    run: async (client, { endpointId, eventType }) => {
      const { eventId } = await callOne(client, 'select webhooks.send_test($1, $2) as "eventId"', [endpointId, eventType])
      const { deliveryId } = await callOne(client, 'select d.id as "deliveryId" from webhooks.deliveries_of($1) as d', [eventId])
      return { endpointId, eventId, deliveryId }
    },
  },
]
