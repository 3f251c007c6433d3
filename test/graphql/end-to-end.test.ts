/** What an owner does from the first endpoint to the last repair, by clients that anybody may use: urql, and graphql-ws for what is live. */
import { createClient, type Sink } from 'graphql-ws'
import { Webhook } from 'standardwebhooks'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client, fetchExchange, subscriptionExchange } from 'urql'
import { mint, startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const db = await createTestDatabase({ template: 'core' })
const [receiver, worker, api] = await Promise.all([createReceiver(), startTestWorker(db.url), startTestApi(db.url)])
const authorization = `Bearer ${await mint({ role: 'owner', tenant_id: 'shop' })}`

const sockets = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, connectionParams: { authorization } })
const client = new Client({
  url: `${api.url}/graphql`,
  preferGetMethod: false,
  fetchOptions: { headers: { authorization } },
  exchanges: [
    fetchExchange,
    subscriptionExchange({ forwardSubscription: ({ query, variables }) => ({ subscribe: (sink) => ({ unsubscribe: sockets.subscribe({ query: query ?? '', variables }, sink as Sink) }) }) }),
  ],
})

/** The data of an operation that must succeed. */
const ask = async (query: string, variables: Record<string, unknown> = {}) => {
  const operation = query.startsWith('mutation') ? client.mutation(query, variables) : client.query(query, variables)
  const { data, error } = await operation.toPromise()
  assert.is(error, undefined)
  return data
}

type Seen = { readonly id: string; readonly status: string; readonly responseCode: number | null; readonly lastError: string | null; readonly lastAttempt: { readonly number: number; readonly responseBody: string } | null }

const story = suite('an owner')

story('creates an endpoint, tests it, sees it fail, repairs, replays, and sees it succeed', async () => {
  // Something that happened before there was anybody to tell.
  const { emitEvent } = await ask('mutation { emitEvent(type: "test.event", data: {message: "early"}) { event { id } } }')

  const { createEndpoint } = await ask('mutation ($url: String!) { createEndpoint(endpoint: {name: "ledger", url: $url, events: ["test.*"]}) { endpoint { id } secret } }', { url: `${receiver.url}hooks` })
  const { endpoint: { id: endpointId }, secret } = createEndpoint
  assert.match(secret, /^whsec_/)

  const seen: Seen[] = []
  const watching = client
    .subscription<{ deliveryUpdated: Seen }>('subscription ($id: UUID!) { deliveryUpdated(endpointId: $id) { id status responseCode lastError lastAttempt { number responseBody } } }', { id: endpointId })
    .subscribe(({ data }) => data && seen.push(data.deliveryUpdated))
  const seeing = (id: string, status: string) => waitFor(() => seen.findLast((each) => each.id === id && each.status === status), { what: `${status} of ${id} to be seen live` })

  const test = async () => (await ask('mutation ($id: UUID!) { sendTest(endpointId: $id) { delivery { id } } }', { id: endpointId })).sendTest.delivery.id as string
  const works = await test()
  const { headers, body } = await receiver.waitForRequest(1)
  new Webhook(secret).verify(body.toString(), headers as Record<string, string>)
  // Nothing but what it shows tells that a subscription has begun: so the test is sent again until it shows something.
  await waitFor(async () => {
    await ask('mutation ($id: UUID!) { retryDelivery(id: $id, force: true) { delivery { id } } }', { id: works })
    return seen.length > 0
  }, { what: 'something to be seen live' })
  await waitFor(async () => (await ask('query ($id: UUID!) { delivery(id: $id) { status } }', { id: works })).delivery.status === 'success', { what: 'the test to succeed' })

  receiver.respond({ status: 422, body: 'unknown ledger' })
  const broken = await test()
  const failure = await seeing(broken, 'failed')
  assert.equal([failure.responseCode, failure.lastAttempt?.number, failure.lastAttempt?.responseBody], [422, 1, 'unknown ledger'])
  assert.match(failure.lastError ?? '', /422/)

  receiver.respond(200)
  const window = { id: endpointId, since: '2020-01-01T00:00:00Z' }
  const { recoverPreview, replayPreview } = await ask('query ($id: UUID!, $since: Datetime!) { recoverPreview(endpointId: $id, since: $since) { deliveries } replayPreview(endpointId: $id, since: $since) { deliveries } }', window)
  assert.equal([recoverPreview.deliveries, replayPreview.deliveries], [1, 1])

  const { recover } = await ask('mutation ($id: UUID!, $since: Datetime!) { recover(endpointId: $id, since: $since) { recovered remaining } }', window)
  assert.equal([recover.recovered, recover.remaining], [1, false])
  assert.is((await seeing(broken, 'success')).lastAttempt?.number, 2)

  const { replay } = await ask('mutation ($id: UUID!, $since: Datetime!) { replay(endpointId: $id, since: $since) { replayed } }', window)
  assert.is(replay.replayed, 1)
  const early = await waitFor(() => receiver.requests.find((request) => request.headers['webhook-id'] === emitEvent.event.id), { what: 'the early event' })
  assert.match(early.body.toString(), '"data":{"message":"early"}')
  const { deliveries } = await waitFor(async () => {
    const { endpoint } = await ask('query ($id: UUID!) { endpoint(id: $id) { deliveries { nodes { status } } } }', { id: endpointId })
    return endpoint.deliveries.nodes.every(({ status }: { status: string }) => status === 'success') && endpoint
  }, { what: 'all to succeed' })
  assert.is(deliveries.nodes.length, 3)
  watching.unsubscribe()
})

story.after(async () => {
  await sockets.dispose()
  await api.stop()
  await worker.stop()
  await receiver.close()
  await db.drop()
})
story.run()
