/** What a request looks like on the wire: headers of both profiles, bodies of both formats, byte for byte, signed by every valid secret. */
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Webhook } from 'standardwebhooks'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReceivedRequest } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'
import { startEngine, type Hook } from './support/engine.ts'

const engine = await startEngine()
const { db } = engine
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }

const wire = suite('a request on the wire')
wire.after(() => engine.close())

const secretsOf = async ({ endpointId }: Hook): Promise<string[]> => {
  const { rows } = await db.pool.query<{ secret: string }>(
    `select secret from webhooks_private.endpoint_secrets where endpoint_id = $1 and purpose = 'signing' order by created_at, id`,
    [endpointId],
  )
  return rows.map(({ secret }) => secret)
}

/** As the official library sees it; it throws where the signature does not fit. */
const verifyOfficially = (secret: string, { headers, body }: ReceivedRequest) => new Webhook(secret).verify(body, headers as Record<string, string>)

/** By hand, as the specification reads. */
const signatureOf = (secret: string, { headers, body }: ReceivedRequest): string =>
  `v1,${createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`).update(body).digest('base64')}`

const bodySignatureOf = (secret: string, body: Buffer) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`

/** Header names in the order in which they came, without those of the connection. */
const namesOf = ({ rawHeaders }: ReceivedRequest): string[] =>
  rawHeaders.filter((_, n) => n % 2 === 0).map((name) => name.toLowerCase()).filter((name) => !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name))

const occurredAt = async (eventId: string) =>
  (await db.pool.query<{ at: string }>(`select to_char(webhooks.occurred_at($1) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`, [eventId])).rows[0]!.at

wire('bears the standard headers, then those of the endpoint', async () => {
  const hook = await engine.hook({ headers: JSON.stringify({ 'X-Tenant': 'acme', authorization: 'Bearer mine' }) })
  const { id, event_id: eventId } = await hook.publish()
  const request = await hook.waitForRequest(1)
  assert.is(request.method, 'POST')
  assert.equal(namesOf(request).slice(0, 7), ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-event', 'x-signature'])
  assert.equal(namesOf(request).slice(7).toSorted(), ['authorization', 'x-tenant'])
  const { headers } = request
  assert.is(headers['content-type'], 'application/json')
  assert.is(headers['user-agent'], `Rowhook/${version}`)
  assert.is(headers['webhook-id'], eventId)
  assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 5)
  assert.is(headers['x-event'], 'test.event')
  assert.is(headers['authorization'], 'Bearer mine')
  assert.is(headers['x-tenant'], 'acme')
  assert.is(headers['content-length'], String(request.body.length))

  const [secret] = await secretsOf(hook)
  verifyOfficially(secret!, request)
  assert.is(headers['webhook-signature'], signatureOf(secret!, request))
  assert.is(headers['x-signature'], bodySignatureOf(secret!, request.body))

  await engine.waitForStatus(id, 'success')
  const [attempt] = await engine.attempts(id)
  assert.is(attempt?.request_headers['authorization'], '***', 'the log masks what may be a credential')
  assert.is(attempt?.request_headers['X-Tenant'], '***')
  assert.is(attempt?.request_headers['webhook-id'], eventId)
})

wire('bears x-event and x-signature alone with the legacy profile, by a secret of any form', async () => {
  const hook = await engine.hook({ signature_profile: 'legacy' })
  await db.pool.query('select webhooks.set_secret($1, $2)', [hook.endpointId, 'an older secret: ünïcode 🔑'])
  await hook.publish()
  const request = await hook.waitForRequest(1)
  assert.equal(namesOf(request), ['content-type', 'user-agent', 'x-event', 'x-signature'])
  assert.is(request.headers['x-signature'], bodySignatureOf('an older secret: ünïcode 🔑', request.body))
})

const odd = `{"z":1, "a" : 12345678901234567890.10,"money":"1500.00","e":1e400,"again":1,"again":2,"text":"Grüße 🎉 \\u0000 \\u00e9 </script>",  "nested":{"b":[1.0,2.50],"a":null}}`

wire('has the body of the standard envelope with data exactly as Postgres wrote it', async () => {
  const hook = await engine.hook()
  const { event_id: eventId } = await hook.publish(odd, 'r"1\\ü')
  const { body } = await hook.waitForRequest(1)
  const head = `{"id":"${eventId}","type":"test.event","timestamp":"${await occurredAt(eventId)}","tenant_id":${JSON.stringify(hook.tenant)},"resource":{"type":"thing","id":${JSON.stringify('r"1\\ü')}},"data":`
  assert.is(body.toString(), `${head}${odd}}`)
  assert.is(JSON.parse(body.toString()).resource.id, 'r"1\\ü')
})

wire('says null for a resource that there is none, and tells what was before an update', async () => {
  const hook = await engine.hook()
  const { rows } = await db.pool.query<{ id: string }>(
    `insert into webhooks.events (tenant_id, type, data, previous) values ($1, 'test.event', '{"n":2}', '{"n":1.10}') returning id`,
    [hook.tenant],
  )
  const { body } = await hook.waitForRequest(1)
  assert.is(body.toString(), `{"id":"${rows[0]!.id}","type":"test.event","timestamp":"${await occurredAt(rows[0]!.id)}","tenant_id":${JSON.stringify(hook.tenant)},"resource":null,"data":{"n":2},"previous":{"n":1.10}}`)
})

wire('has the body of the older systems with the legacy format', async () => {
  const hook = await engine.hook({ payload_format: 'legacy' })
  const { event_id: eventId } = await hook.publish(odd, '7')
  const request = await hook.waitForRequest(1)
  assert.is(request.body.toString(), `{"event":"test.event","resource_type":"thing","resource_id":"7","timestamp":"${await occurredAt(eventId)}","tenant_id":${JSON.stringify(hook.tenant)},"data":${odd}}`)
  verifyOfficially((await secretsOf(hook))[0]!, request)
})

wire('has the same bytes and the same webhook-id at each attempt, even if the endpoint changed its format meanwhile', async () => {
  const hook = await engine.hook({}, () => (hook.requests().length < 3 ? 500 : 200))
  const { id } = await hook.publish(odd)
  await hook.waitForRequest(1)
  await db.pool.query(`update webhooks.endpoints set payload_format = 'legacy' where id = $1`, [hook.endpointId])
  await engine.waitForStatus(id, 'success')
  const [first, ...more] = hook.requests()
  assert.is(more.length, 2)
  for (const each of more) {
    assert.ok(each.body.equals(first!.body))
    assert.is(each.headers['webhook-id'], first!.headers['webhook-id'])
    verifyOfficially((await secretsOf(hook))[0]!, each)
  }
})

wire('has the same bytes when it is replayed by hand', async () => {
  const hook = await engine.hook()
  const { id } = await hook.publish(odd)
  await engine.waitForStatus(id, 'success')
  await db.pool.query('select webhooks.retry_delivery($1, true)', [id])
  await hook.waitForRequest(2)
  const [first, second] = hook.requests()
  assert.ok(first!.body.equals(second!.body))
  assert.is(first!.headers['webhook-id'], second!.headers['webhook-id'])
})

wire('is signed by both secrets during a rotation, x-signature by the oldest, and by the new one alone afterwards', async () => {
  const hook = await engine.hook()
  const [old] = await secretsOf(hook)
  const { rows } = await db.pool.query<{ secret: string }>('select webhooks.rotate_secret($1) as secret', [hook.endpointId])
  const { secret } = rows[0]!
  await hook.publish()
  const request = await hook.waitForRequest(1)
  assert.is(request.headers['webhook-signature'], `${signatureOf(old!, request)} ${signatureOf(secret, request)}`)
  assert.is(request.headers['x-signature'], bodySignatureOf(old!, request.body))
  verifyOfficially(old!, request)
  verifyOfficially(secret, request)

  await db.pool.query(`update webhooks_private.endpoint_secrets set expires_at = now() where endpoint_id = $1 and secret = $2`, [hook.endpointId, old])
  // The lane's copy of the secrets is at most a second old.
  const last = await waitFor(async () => {
    const { id } = await hook.publish()
    await engine.waitForStatus(id, 'success')
    const latest = hook.requests().at(-1)!
    return latest.headers['webhook-signature'] === signatureOf(secret, latest) && latest
  }, { what: 'the old secret to sign no more' })
  assert.is(last.headers['x-signature'], bodySignatureOf(secret, last.body))
  assert.throws(() => verifyOfficially(old!, last))
})

wire.run()
