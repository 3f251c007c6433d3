/** Watching live, by a client that anybody may use: graphql-ws. */
import { createClient, type Client } from 'graphql-ws'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint, startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const mine = await createEndpoint(db.pool, { tenant_id: 'a' })
const theirs = await createEndpoint(db.pool, { tenant_id: 'b' })

type Watching = { readonly seen: Record<string, unknown>[]; readonly ended: () => unknown }

/** Closed after each test, since what one that failed leaves open would be counted by the next. */
const clients: Client[] = []

const watch = (query: string, token: string): Watching => {
  const closes: unknown[] = []
  const client = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0, lazyCloseTimeout: 0, on: { closed: (event) => closes.push((event as CloseEvent).code) } })
  clients.push(client)
  const seen: Record<string, unknown>[] = []
  client.subscribe({ query }, { next: (value) => void seen.push(value as Record<string, unknown>), error: (error) => void seen.push({ errors: error }), complete: () => undefined })
  return { seen, ended: () => closes[0] }
}

const token = (tenant: string, expires: string | number = '5 minutes') => mint({ role: 'viewer', tenant_id: tenant }, { expires })

/** Nothing shows that a subscription has begun but what it sends: so something is made to happen until it does. */
const untilSeen = async ({ seen }: Watching, happen: () => Promise<unknown>) => {
  await waitFor(async () => {
    await happen()
    return seen.length > 0
  }, { deadlineMs: 15_000, what: 'the subscription to send something' })
}

const watching = suite('watching')
watching.after.each(async () => {
  for (const client of clients.splice(0)) await client.dispose()
})

watching('shows deliveries as they come and change', async () => {
  const watcher = watch(`subscription { deliveryUpdated(endpointId: "${mine}") { id status event { type } } }`, await token('a'))
  await untilSeen(watcher, () => createEvents(db.pool, { tenant: 'a' }))
  const [first] = await deliveriesOf(db.pool, mine)
  await endDelivery(db.pool, first!.id, 'failed')
  const isFailed = (value: Record<string, unknown>) => JSON.stringify(value).includes(`{"deliveryUpdated":{"id":"${first!.id}","status":"failed","event":{"type":"test.event"}}}`)
  await waitFor(() => watcher.seen.some(isFailed), { what: 'the failure to be shown' })
})

watching('shows events, and only of one\'s own tenant', async () => {
  const watcher = watch('subscription { eventCreated { tenantId type } }', await token('a'))
  const spy = watch(`subscription { deliveryUpdated(endpointId: "${mine}") { id } }`, await token('b'))
  const other = watch(`subscription { deliveryUpdated(endpointId: "${theirs}") { tenantId } }`, await token('b'))
  await untilSeen(watcher, () => createEvents(db.pool, { tenant: 'a' }))
  await untilSeen(other, () => createEvents(db.pool, { tenant: 'b' }))
  assert.ok(watcher.seen.every((value) => JSON.stringify(value) === '{"data":{"eventCreated":{"tenantId":"a","type":"test.event"}}}'))
  assert.equal(spy.seen, [])
})

watching('shows the operator who names no tenant the events of all', async () => {
  const all = watch('subscription { eventCreated { tenantId } }', await mint({ role: 'operator' }))
  const saw = (tenant: string) => all.seen.some((value) => JSON.stringify(value).includes(`"eventCreated":{"tenantId":"${tenant}"}`))
  await untilSeen(all, () => createEvents(db.pool, { tenant: 'nobody asks' }))
  await createEvents(db.pool, { tenant: 'a' })
  await waitFor(() => saw('nobody asks') && saw('a'), { what: 'events of both tenants' })
})

watching('shows the deliveries of a whole tenant, and to the operator those of all', async () => {
  const field = 'deliveryUpdated { id tenantId status }'
  const [viewer, named, all] = [watch(`subscription { ${field} }`, await token('a')), watch('subscription { deliveryUpdated(tenantId: "b") { id tenantId } }', await token('a')), watch(`subscription { ${field} }`, await mint({ role: 'operator' }))]
  await untilSeen(viewer, () => createEvents(db.pool, { tenant: 'a' }))
  await untilSeen(all, () => createEvents(db.pool, { tenant: 'b' }))
  const newest = (await deliveriesOf(db.pool, mine)).toSorted((one, other) => (one.id < other.id ? 1 : -1))[0]!
  await endDelivery(db.pool, newest.id, 'failed')
  const isFailed = (value: Record<string, unknown>) => JSON.stringify(value).includes(`{"id":"${newest.id}","tenantId":"a","status":"failed"}`)
  for (const watcher of [viewer, all]) await waitFor(() => watcher.seen.some(isFailed), { what: 'the failure to be shown' })
  assert.ok(viewer.seen.every((value) => JSON.stringify(value).includes('"tenantId":"a"')))
  await waitFor(() => all.seen.some((value) => JSON.stringify(value).includes('"tenantId":"b"')), { what: 'what happened to the other tenant' })
  await waitFor(() => named.seen.length > 0, { what: 'the refusal' })
  assert.match(JSON.stringify(named.seen), 'WHTNT')
})

watching('ends with the token', async () => {
  const watcher = watch(`subscription { deliveryUpdated(endpointId: "${mine}") { id } }`, await token('a', Math.floor(Date.now() / 1000) + 2))
  await waitFor(() => watcher.ended() === 4403, { deadlineMs: 15_000, what: 'the socket to be closed' })
})

watching('ends when the API key is revoked', async () => {
  const owner = await api.as('owner', 'a')
  const { data } = await owner('mutation { createApiKey(name: "tv", role: "viewer") { apiKey { id } key } }')
  const watcher = watch(`subscription { deliveryUpdated(endpointId: "${mine}") { id } }`, data.createApiKey.key)
  await untilSeen(watcher, () => createEvents(db.pool, { tenant: 'a' }))
  await owner(`mutation { revokeApiKey(id: "${data.createApiKey.apiKey.id}") { apiKey { id } } }`)
  await waitFor(() => watcher.ended() === 4403, { deadlineMs: 15_000, what: 'the socket to be closed' })
})

/** A bare socket, what it says first, and how it ends. */
const open = (first: string | undefined): Promise<{ readonly code: number; readonly reason: string }> =>
  new Promise((done) => {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    socket.addEventListener('open', () => first !== undefined && socket.send(first))
    socket.addEventListener('close', ({ code, reason }) => done({ code, reason }))
  })
const hello = (authorization?: string) => JSON.stringify({ type: 'connection_init', payload: authorization === undefined ? {} : { authorization } })

watching('lets nobody in who does not say who he is, before he has asked anything', async () => {
  const [nobody, forged, silent, large, rude] = await Promise.all([
    open(hello()), open(hello('Bearer nonsense')), open(undefined), open(hello('x'.repeat(3_000_000))), open('{'),
  ])
  assert.equal([nobody.code, nobody.reason], [4403, 'WHNOA The request does not say who asks.'])
  assert.equal([forged.code, forged.reason], [4403, 'WHTOK The token cannot be trusted.'])
  assert.equal([silent.code, rude.code], [4408, 4400])
  assert.ok([1006, 1009].includes(large.code), `${large.code}: a message has no more bytes than a request may have`)
  await waitFor(() => api.sockets() === 0, { what: 'all sockets to be closed' })
})

watching('is bounded as a query is, since each change is asked for again', async () => {
  const rows = watch('subscription { deliveryUpdated { endpoint { deliveries(first: 501) { nodes { id } } } } }', await token('a'))
  const page = watch('subscription { deliveryUpdated { attempts(first: 1001) { nodes { number } } } }', await token('a'))
  for (const { seen } of [rows, page]) {
    await waitFor(() => seen.length > 0, { what: 'the refusal' })
    assert.match(JSON.stringify(seen), 'WHCST')
  }
})

watching.after(async () => {
  await api.stop()
  await db.drop()
})
watching.run()
