/**
 * Secrets that are easy to find again are looked for everywhere that they must not be, after a worker and a server with a key have delivered,
 * failed and refused with them, at the most talkative level of their logs and of that of PostgreSQL.
 */
import { randomBytes } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLog } from '../../src/log.ts'
import { startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createReceiver } from '../support/receiver.ts'
import { followServerLog, logEverything, logNothing } from '../support/server-log.ts'
import { waitFor } from '../support/wait.ts'
import { startTestWorker } from '../support/worker.ts'

const word = 'linnet' // which no other test says, since all share the log of a server
/** Seven secrets of every kind, each with the word in it; the first are base64 of 33 and 36 bytes. */
const secrets = {
  given: `whsec_${`${word}77`.repeat(5)}GIVE`,
  rotated: `whsec_${`${word}88`.repeat(6)}`,
  header: `Token ${word}-header-value`,
  changed: `Token ${word}-changed-value`,
  oauth: `${word}-oauth-client-secret`,
  token: `${word}-access-token`,
  bySql: `whsec_${`${word}99`.repeat(6)}`,
}
/** As they are, and as an authorization header has them. */
const traces = [word, Buffer.from(`rowhook:${secrets.oauth}`).toString('base64')]
const tells = (text: string) => traces.some((trace) => text.includes(trace))

const db = await createTestDatabase({ template: 'core' })
await logEverything(db.pool, db.name)
const serverLog = await followServerLog(db.pool)
/** For what is no doing of Rowhook: a DBA's own statements, and the test's. */
const [dba, observer] = await Promise.all([db.connect(), db.connect()])
await Promise.all([dba, observer].map(logNothing))
const spoken: string[] = []
const stream = new PassThrough().setEncoding('utf8').on('data', (text: string) => spoken.push(text))
const log = createLog({ level: 'trace', stream })
const secretsKeys = [randomBytes(32)]
const worker = await startTestWorker(db.url, { secretsKeys, log, sealedHoldMs: 300 })
const api = await startTestApi(db.url, { secretsKeys, log })
const owner = await api.as('owner', 'a')
const plain = await startTestApi(db.url)
const receiver = await createReceiver()

/** Everything, as a dump has it: each row of each table as text, and what sessions run at this moment. */
const everything = async (): Promise<{ place: string; text: string }[]> => {
  const { rows: tables } = await db.pool.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('webhooks', 'webhooks_private', 'graphile_worker')`,
  )
  const parts = tables.map(({ name }) => `select '${name}' as place, t::text as text from ${name} as t`)
  parts.push(`select 'pg_stat_activity', query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
  return (await db.pool.query<{ place: string; text: string }>(parts.join(' union all '))).rows
}

/** What any session ran while the test did, looked at as often as the database allows. */
const statements: string[] = []
let isOver = false
const watching = (async () => {
  while (!isOver) {
    const { rows } = await observer.query<{ query: string }>(`select query from pg_stat_activity where datname = current_database() and application_name like 'rowhook%'`)
    statements.push(...rows.map(({ query }) => query))
  }
})()

/** That the server has logged calls of these functions with their parameters, and no secret among them. */
const logHides = async (functions: readonly string[]) => {
  if (serverLog === undefined) {
    process.stdout.write('the log of this server cannot be read: not searched\n')
    return
  }
  const lines = (await serverLog()).split('\n')
  for (const each of functions) {
    const at = lines.findIndex((line) => line.includes('execute') && line.includes(`${each}(`))
    assert.ok(at >= 0, `${each} is not in the log of the server`)
    assert.match(lines.slice(at, at + 8).join('\n'), /parameters: \$1 = /i)
  }
  assert.equal(lines.filter(tells), [])
}

const canary = suite('a secret')
canary.after(async () => {
  isOver = true
  await watching
  await Promise.all([api.stop(), plain.stop()])
  await worker.stop(0)
  await receiver.close()
  await db.drop()
})

canary('is in no answer but those that show it, in no log, statement, job, attempt, audit row, alert or error, and in no table', async () => {
  const answers: string[] = []
  const ask = async (query: string, variables?: Record<string, unknown>) => {
    const answer = await owner(query, variables)
    answers.push(answer.text)
    return answer
  }
  let isBroken = true
  receiver.respond(({ path, headers }) =>
    path === '/token'
      ? { body: JSON.stringify({ access_token: secrets.token, token_type: 'Bearer' }) }
      : { status: isBroken ? 500 : 200, headers: { 'x-echo': String(headers['x-token']) }, body: JSON.stringify({ ...headers, mine: secrets.given }) }, // what a careless receiver repeats
  )
  const endpoint = {
    url: `${receiver.url}hook`, events: ['*'], headers: { 'x-token': secrets.header }, rateLimit: null, retrySchedule: [{ seconds: 0.2 }],
    auth: { type: 'oauth2', token_url: `${receiver.url}token`, client_id: 'rowhook' },
  }
  const CREATE = 'mutation ($endpoint: NewEndpoint!, $secret: String) { createEndpoint(endpoint: $endpoint, secret: $secret) { endpoint { id headerNames auth } secret } }'
  const made = await owner(CREATE, { endpoint, secret: secrets.given })
  assert.is(made.data.createEndpoint.secret, secrets.given)
  const { id } = made.data.createEndpoint.endpoint
  await ask(`mutation ($secret: String!) { setOauthSecret(endpointId: "${id}", secret: $secret) { endpoint { id } } }`, { secret: secrets.oauth })

  const statusIs = (deliveryId: string, status: string) =>
    waitFor(async () => (await ask(`{ delivery(id: "${deliveryId}") { status lastError attempts { nodes { responseBody responseHeaders requestHeaders error } } event { body data context } } }`)).data.delivery.status === status, { what: `a delivery to be ${status}` })
  const send = async () => (await ask(`mutation { sendTest(endpointId: "${id}") { delivery { id } event { body } } }`)).data.sendTest.delivery.id as string
  const failing = await send()
  await statusIs(failing, 'retrying')
  isBroken = false
  await statusIs(failing, 'success')
  assert.is(receiver.requests.find(({ path }) => path === '/hook')!.headers['x-token'], secrets.header, 'it did arrive')

  const key: string = (await owner('mutation { createApiKey(name: "machine", role: "owner") { key } }')).data.createApiKey.key
  traces.push(key)
  assert.is((await api.withToken(key)('{ me { role } }')).data.me.role, 'owner')

  // Changes that succeed, and requests that are refused with a secret in them.
  const rotated = await owner(`mutation ($secret: String) { rotateSecret(endpointId: "${id}", secret: $secret) { secret } }`, { secret: secrets.rotated })
  assert.is(rotated.data.rotateSecret.secret, secrets.rotated)
  await ask(`mutation ($headers: JSON) { updateEndpoint(id: "${id}", changes: {headers: $headers}) { endpoint { id headerNames } } }`, { headers: { 'x-token': secrets.changed } })
  const refused = [
    await ask(CREATE, { endpoint: { ...endpoint, headers: { host: secrets.header } }, secret: secrets.given }),
    await ask(CREATE, { endpoint: { ...endpoint, headers: { 'x-token': `${secrets.header}\n` } } }),
    await ask(CREATE, { endpoint: { ...endpoint, headers: { 'x-token': `sealed.${secrets.header}` } } }),
    await ask(CREATE, { endpoint, secret: `wrong-${word}` }),
    await ask(CREATE, { endpoint, secret: `sealed.v1.whsec.0123456789abcdef.${word.repeat(10)}` }),
    await ask(CREATE, { endpoint: { ...endpoint, maxAttempts: 1_000 }, secret: secrets.given }),
    await ask(`mutation ($secret: String!) { setSecret(endpointId: "${id}", secret: $secret) { endpoint { id } } }`, { secret: `wrong-${word}` }),
    await ask(`mutation ($secret: String!) { setOauthSecret(endpointId: "${id}", secret: $secret) { endpoint { id } } }`, { secret: `${secrets.oauth}\u0007` }),
  ]
  assert.equal(refused.filter(({ errors }) => errors.length === 0), [])
  await statusIs(await send(), 'success')

  // By SQL, and then the database refuses a result, so that the worker has to say so.
  await dba.query('select webhooks.set_secret($1, $2)', [id, secrets.bySql])
  await dba.query(`update webhooks.endpoints set headers = jsonb_build_object('x-token', $2::text) where id = $1`, [id, secrets.header])
  await waitFor(async () => !(await everything()).some(({ place, text }) => place.endsWith('endpoint_secrets') && !text.includes('sealed.')), { what: 'what SQL wrote to be sealed' })
  await db.pool.query(`alter table webhooks.attempts add constraint refuses check (response_body is null or status <> 418)`)
  receiver.respond(() => ({ status: 418, body: secrets.header }))
  await send()
  await waitFor(() => spoken.join('').includes('could not be recorded'), { what: 'the worker to say that it cannot record' })
  await db.pool.query('alter table webhooks.attempts drop constraint refuses')
  await db.pool.query(`update webhooks_private.endpoint_secrets set secret = replace(secret, '.whsec.', '.text.') where endpoint_id = $1`, [id])
  await send()
  await waitFor(() => spoken.join('').includes('WHOPN'), { what: 'the worker to say that a secret does not open' })
  const hidden = await owner(`mutation { revealSecret(endpointId: "${id}") { secret } }`)
  answers.push(hidden.text)
  assert.is(hidden.errors[0]!.extensions!['code'], 'WHOPN')

  await ask(`{ endpoint(id: "${id}") { id name url headerNames auth health { state reason } deliveries(first: 50) { nodes { id lastError event { body data context } } } } auditLog { nodes { action before after } } }`)
  assert.equal(answers.filter(tells), [])
  assert.match(spoken.join(''), /"attempt"[^]*could not be recorded[^]*does not open/)
  assert.equal(spoken.join('').split('\n').filter(tells), [])
  assert.ok(statements.length > 100)
  assert.equal([...new Set(statements)].filter(tells), [])
  await logHides(['create_endpoint', 'rotate_secret', 'identify_key', 'set_oauth_secret', 'update_endpoint'])
  const dump = await everything()
  const places = new Set(dump.map(({ place }) => place))
  for (const place of ['webhooks.attempts', 'webhooks.audit_log', 'webhooks.endpoints', 'webhooks_private.endpoint_secrets', 'pg_stat_activity']) assert.ok(places.has(place), place)
  assert.equal(dump.filter(({ text }) => tells(text ?? '')).map(({ place, text }) => `${place}: ${text}`), [])
})

canary('that Rowhook makes itself is no parameter of a statement either where there is no key to seal it with', async () => {
  await worker.stop(0) // it has a key, and seals what it finds
  const client = await plain.as('owner', 'b')
  const made = await client('mutation { createEndpoint(endpoint: {url: "https://a.test/", events: ["*"]}) { endpoint { id } secret } }')
  const { endpoint: { id }, secret } = made.data.createEndpoint
  const rotated: string = (await client(`mutation { rotateSecret(endpointId: "${id}") { secret } }`)).data.rotateSecret.secret
  const refused = await client(`mutation { setSecret(endpointId: "${id}", secret: "wrong-${word}") { endpoint { id } } }`)
  assert.is(refused.errors[0]!.extensions!['code'], 'WHSEC')
  assert.is((await client(`mutation { revealSecret(endpointId: "${id}") { secret } }`)).data.revealSecret.secret, rotated)
  traces.push(secret, rotated)
  await logHides(['create_endpoint', 'rotate_secret'])
})

canary.run()
