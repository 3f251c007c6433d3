/** A secret that is easy to find again is looked for everywhere that it must not be. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEvents } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const owner = await api.as('owner', 'a')

const word = 'canary'.repeat(5)
const secret = `whsec_${word}${word}` // base64 of 45 bytes
const headerValue = `header-${word}`

const canary = suite('a secret')

canary('is in no answer but the two that show it, in no log, job, audit row or statement', async () => {
  const answers: string[] = []
  const ask = async (query: string, variables?: Record<string, unknown>) => {
    const answer = await owner(query, variables)
    answers.push(answer.text)
    return answer
  }
  const made = await owner('mutation ($secret: String) { createEndpoint(endpoint: {url: "https://x.test/h", events: ["*"], headers: {authorization: "HEADER"}}, secret: $secret) { endpoint { id } secret } }'.replace('HEADER', headerValue), { secret })
  assert.is(made.data.createEndpoint.secret, secret)
  const { id } = made.data.createEndpoint.endpoint
  await createEvents(db.pool, { tenant: 'a' })
  await ask(`mutation { sendTest(endpointId: "${id}") { delivery { id } event { body } } }`)
  await ask(`mutation { updateEndpoint(id: "${id}", changes: {name: "x"}) { endpoint { id headerNames } } }`)
  await ask(`mutation { setSecret(endpointId: "${id}", secret: "wrong-${word}") { endpoint { id } } }`)
  await ask(`mutation { updateEndpoint(id: "${id}", changes: {headers: {host: "${headerValue}"}}) { endpoint { id } } }`)
  await ask(`{ endpoint(id: "${id}") { id name url headerNames auth deliveries(first: 5) { nodes { id lastError event { body data context } } } } auditLog { nodes { action before after } } }`)
  for (const text of answers) assert.not.match(text, word)
  assert.not.match(api.logged.join('\n'), word)
  const { rows } = await db.pool.query<{ place: string; text: string }>(`
    select 'audit' as place, a::text as text from webhooks.audit_log as a
    union all select 'jobs', j::text from graphile_worker._private_jobs as j
    union all select 'events', e::text from webhooks.events as e
    union all select 'statements', query from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`)
  assert.ok(rows.length > 5)
  assert.equal(rows.filter(({ text }) => text?.includes(word)).map(({ place }) => place), [])
})

canary.after(async () => {
  await api.stop()
  await db.drop()
})
canary.run()
