/** Endpoints that want a token by OAuth 2 client credentials, end to end with a token server on loopback. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LaneEndpoint } from '../../src/database/lane-endpoints.ts'
import type { DueDelivery } from '../../src/database/pages.ts'
import { attempt, type AttemptDeps, type Attempted } from '../../src/delivery/attempt.ts'
import { createReceiver, type Receiver, type Responder } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Hook } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine
const servers: Receiver[] = []

const oauth = suite('an endpoint with OAuth 2')
oauth.after(async () => {
  await engine.close()
  await Promise.all(servers.map((server) => server.close()))
})

const token = (value: string): Responder => () => ({ body: JSON.stringify({ access_token: value, token_type: 'Bearer', expires_in: 3600 }) })

/** A token server, and an endpoint whose receiver takes the bearer of `accepts()` alone. */
const setUp = async (accepts: () => string, columns: Record<string, unknown> = {}): Promise<{ hook: Hook; server: Receiver }> => {
  const server = await createReceiver()
  servers.push(server)
  const auth = JSON.stringify({ type: 'oauth2', token_url: `${server.url}token`, client_id: 'rowhook', scope: 'hooks' })
  const hook = await engine.hook({ auth, ...columns }, ({ headers }) => (headers.authorization === `Bearer ${accepts()}` ? 200 : 401))
  await db.pool.query('select webhooks.set_oauth_secret($1, $2)', [hook.endpointId, 's3cret'])
  return { hook, server }
}

oauth('asks for one token for all that wait, with the client’s id and secret', async () => {
  const { hook, server } = await setUp(() => 't1', { max_in_flight: 10 })
  server.respond(async (...given) => {
    // All ten are waiting before the first has its answer.
    await waitFor(() => engine.worker().vitals().inFlight >= 10, { what: 'ten requests to wait' })
    return token('t1')(...given)
  })
  await db.pool.query(`insert into webhooks.events (tenant_id, type) select $1, 'test.event' from generate_series(1, 50)`, [hook.tenant])
  await hook.waitForRequest(50)
  assert.is(server.requests.length, 1)
  assert.is(server.requests[0]!.headers.authorization, `Basic ${Buffer.from('rowhook:s3cret').toString('base64')}`)
  assert.is(server.requests[0]!.body.toString(), 'grant_type=client_credentials&scope=hooks')
})

oauth('fetches a new token after a 401, and tries again with it', async () => {
  let valid = 't1'
  const { hook, server } = await setUp(() => valid)
  server.respond((...given) => token(valid)(...given))
  await engine.waitForStatus((await hook.publish()).id, 'success')
  valid = 't2'
  const { id } = await hook.publish()
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 2)
  assert.equal((await engine.attempts(id)).map(({ status }) => status), [401, 200])
  assert.is(server.requests.length, 2)
  assert.is((await engine.attempts(id))[1]!.request_headers['authorization'], '***')
})

oauth('a token takes the place of an authorization header', async () => {
  const { hook, server } = await setUp(() => 't1', { headers: JSON.stringify({ Authorization: 'Basic other' }) })
  server.respond(token('t1'))
  await engine.waitForStatus((await hook.publish()).id, 'success')
  assert.is(hook.requests()[0]!.headers.authorization, 'Bearer t1')
})

oauth('a token server that is down costs an attempt, and says nothing about the credentials', async () => {
  const { hook, server } = await setUp(() => 't1', { max_attempts: 2, retry_schedule: '{1 hour}' })
  await server.close()
  const { id } = await hook.publish()
  const tried = await engine.waitForStatus(id, 'retrying')
  assert.is(tried.last_error, 'OAuth 2: the token server gave no token: no connection (ECONNREFUSED)')
  assert.equal((await engine.attempts(id)).map(({ status, error_kind }) => [status, error_kind]), [[null, 'credentials']])
  assert.is((await engine.health(hook.endpointId))['credentials_refused_at'], null)
  assert.is(hook.requests().length, 0)
})

oauth('a token server that refuses flags the endpoint for its owner', async () => {
  const { hook, server } = await setUp(() => 't1', { retry_schedule: '{1 hour}' })
  server.respond(() => ({ status: 401, body: '{"error":"invalid_client"}' }))
  const { id } = await hook.publish()
  const tried = await engine.waitForStatus(id, 'retrying')
  assert.is(tried.last_error, 'OAuth 2: the token server gave no token: HTTP 401, invalid_client')
  assert.ok((await engine.health(hook.endpointId))['credentials_refused_at'] instanceof Date)
  assert.is(hook.requests().length, 0)
})

oauth('a pause while the token is on its way keeps the request from being sent', async () => {
  const { hook, server } = await setUp(() => 't1')
  let answer: () => void = () => undefined
  server.respond((...given) => new Promise((resolve) => (answer = () => void Promise.resolve(token('t1')(...given)).then(resolve))))
  const { id } = await hook.publish()
  await server.waitForRequest(1)
  await db.pool.query('select webhooks.pause_endpoint($1)', [hook.endpointId])
  await waitFor(() => engine.lines.some(({ message, fields }) => message === 'the endpoint may send no more' && fields['endpointId'] === hook.endpointId), { what: 'the worker to know' })
  answer()
  await waitFor(() => engine.worker().vitals().inFlight === 0, { what: 'the request to be handed back' })
  assert.is(hook.requests().length, 0)
  assert.is((await engine.delivery(id)).attempts, 0)
  await db.pool.query('select webhooks.resume_endpoint($1)', [hook.endpointId])
  assert.is((await engine.waitForStatus(id, 'success')).attempts, 1)
})

oauth('the time that a refusal took is no matter of the wall clock, which may be set meanwhile', async () => {
  const times = { epoch: [0, Date.UTC(2026, 0, 1)], monotonic: [1_000, 1_250] }
  const unused = () => {
    throw new Error('nothing is sent')
  }
  const deps = {
    sender: { start: unused, send: unused, close: unused },
    tokens: { token: () => Promise.resolve({ kind: 'refused', reason: 'no', outcome: { kind: 'rejected', status: 400 } }), invalidate: () => undefined },
    clock: { epochMs: () => times.epoch.shift()!, monotonicMs: () => times.monotonic.shift()! },
    userAgent: 'Rowhook/test',
    log: { error: unused },
  } satisfies AttemptDeps
  const options = { signal: new AbortController().signal, mayStart: () => true }
  const attempted = await new Promise<Attempted>((resolve) => attempt(deps, { auth: {} } as LaneEndpoint, { id: 'd', endpointId: 'e' } as DueDelivery, options, resolve))
  assert.is(attempted.result?.durationMs, 250)
})

oauth.run()
