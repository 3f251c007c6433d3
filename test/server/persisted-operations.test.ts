/** A server that runs known operations only, by every transport. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from 'graphql-ws'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mint, startTestApi, type Answer } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents } from '../support/endpoints.ts'
import { waitFor } from '../support/wait.ts'

const db = await createTestDatabase({ template: 'core' })
const folder = mkdtempSync(join(tmpdir(), 'rowhook-operations-'))
const write = (name: string, content: string) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const endpointId = await createEndpoint(db.pool, { tenant_id: 'a' })
const known = 'query Endpoints($first: Int) { endpoints(first: $first) { nodes { id } } }'
const watched = 'subscription { eventCreated { type } }'
const hash = createHash('sha256').update(known).digest('hex')
const api = await startTestApi(db.url, { persistedOperations: [write('one.json', JSON.stringify({ [hash]: known })), write('two.json', JSON.stringify({ watch: watched }))] })
const token = await mint({ role: 'viewer', tenant_id: 'a' })
const authorization = `Bearer ${token}`

const post = async (body: object): Promise<Pick<Answer, 'status' | 'data' | 'errors'>> => {
  const response = await fetch(`${api.url}/graphql`, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return { status: response.status, ...((await response.json()) as Pick<Answer, 'data' | 'errors'>) }
}
const ids = (answer: Pick<Answer, 'data'>) => answer.data.endpoints.nodes.map(({ id }: { id: string }) => id)

const operations = suite('known operations')

operations('run by their id, by Apollo\'s hash, and to the letter', async () => {
  for (const body of [{ documentId: hash }, { documentId: `sha256:${hash}`, variables: { first: 1 } }, { id: hash }, { extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }, { query: known }]) {
    assert.equal(ids(await post(body)), [endpointId], JSON.stringify(body))
  }
  const got = await fetch(`${api.url}/graphql?documentId=${hash}`, { headers: { authorization } })
  assert.equal(ids((await got.json()) as Answer), [endpointId])
})

operations('are all that runs', async () => {
  for (const body of [{ query: `${known} ` }, { query: '{ __typename }' }, { documentId: 'x' }, {}, { query: '{ __typename }', documentId: hash }, { documentId: 'constructor' }, { documentId: { a: 1 } }, { query: 5 }]) {
    const { status, data, errors } = await post(body)
    assert.equal([status, data, errors[0]?.extensions?.['code']], [400, undefined, 'WHOPS'], JSON.stringify(body))
    assert.equal(Object.keys(errors[0]!.extensions!).toSorted(), ['code', 'detail', 'hint'])
  }
  const got = await fetch(`${api.url}/graphql?query=%7B__typename%7D`, { headers: { authorization } })
  assert.is(got.status, 400)
})

operations('hold over WebSockets too', async () => {
  const client = createClient({ url: `${api.url.replace('http', 'ws')}/graphql`, connectionParams: { authorization }, retryAttempts: 0 })
  const seen: unknown[] = []
  const watch = (payload: object) => client.subscribe(payload as { query: string }, { next: (value) => void seen.push(value), error: (error) => void seen.push(error), complete: () => undefined })
  watch({ query: 'subscription { eventCreated { id } }' })
  await waitFor(() => seen.length === 1, { what: 'the refusal' })
  assert.match(JSON.stringify(seen[0]), /"code":"WHOPS"/)
  watch({ query: '', documentId: 'watch' })
  await waitFor(async () => {
    await createEvents(db.pool, { tenant: 'a' })
    return seen.length > 1
  }, { what: 'an event' })
  assert.equal(JSON.parse(JSON.stringify(seen[1])), { data: { eventCreated: { type: 'test.event' } } })
  await client.dispose()
})

operations('must be written down well', async () => {
  const codeOf = (content: string) => startTestApi(db.url, { persistedOperations: [write('bad.json', content)] }).then(() => 'started', (error: { code: string }) => error.code)
  for (const content of ['{', '[]', '{"a": 1}', '{"a": "query {"}']) assert.is(await codeOf(content), 'WHOPF', content)
  const missing = await startTestApi(db.url, { persistedOperations: [join(folder, 'none.json')] }).catch((error: { code: string }) => error.code)
  assert.is(missing, 'WHOPF')
})

operations.after(async () => {
  assert.equal(api.logged, [])
  rmSync(folder, { recursive: true })
  await api.stop()
  await db.drop()
})
operations.run()
