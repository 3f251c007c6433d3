/** What the admin page knows of the server between its pages: answers that were there, and whether it is told of changes. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mock } from 'node:test'
import { Client, fetchExchange } from 'urql'
import { connection } from '../../src/admin/api/connection.ts'
import { recentExchange } from '../../src/admin/api/recent.ts'
import { waitFor } from '../support/wait.ts'

const answers = suite('answers of the API')

/** A client whose server counts what it is asked, and answers with the count. */
const start = () => {
  const asked: string[] = []
  const answer = (_url: unknown, init?: { readonly body?: unknown }) => {
    asked.push((JSON.parse(String(init?.body)) as { variables: { id: string } }).variables.id)
    return Promise.resolve(new Response(JSON.stringify({ data: { row: { n: asked.length } } }), { headers: { 'content-type': 'application/json' } }))
  }
  const client = new Client({ url: 'http://server.test/graphql', preferGetMethod: false, fetch: answer, exchanges: [recentExchange, fetchExchange] })
  const ask = (id: string) => client.query('query Q($id: ID) { row(id: $id) { n } }', { id }).toPromise()
  return { asked, client, ask }
}

answers('are there at once for whoever comes back, the latest fifty of them', async () => {
  const { asked, ask } = start()
  await ask('first')
  await ask('first')
  assert.equal(asked, ['first'])
  for (let n = 0; n < 50; n++) await ask(`row ${n}`)
  await ask('row 49')
  assert.is(asked.length, 51)
  await ask('first')
  assert.is(asked.at(-1), 'first', 'long forgotten')
})

answers('are asked for anew after a change, where somebody still looks', async () => {
  const { asked, client, ask } = start()
  const seen: unknown[] = []
  const looking = client.query('query Q($id: ID) { row(id: $id) { n } }', { id: 'open' }).subscribe(({ data }) => seen.push((data as { row: { n: number } }).row.n))
  await ask('left')
  await client.mutation('mutation M($id: ID) { change(id: $id) { n } }', { id: 'change' }).toPromise()
  await waitFor(() => seen.at(-1) === 4, { what: 'the answer after the change' })
  assert.equal(asked, ['open', 'left', 'change', 'open'])
  await ask('left')
  assert.is(asked.at(-1), 'left', 'who comes back sees how it is now')
  looking.unsubscribe()
})

answers.run()

const live = suite('the live connection')

live('is lost when it stays away while somebody watches, and not before three seconds', () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  let opened = 0
  const stop = connection.want(() => (opened += 1))
  connection.opened()
  connection.closed()
  mock.timers.tick(2_900)
  assert.is(connection.isLost(), false)
  mock.timers.tick(200)
  assert.is(connection.isLost(), true)
  connection.opened()
  assert.equal([connection.isLost(), opened], [false, 2])
  connection.closed()
  stop()
  mock.timers.tick(10_000)
  assert.is(connection.isLost(), false, 'nobody wants it')
  mock.timers.reset()
})

live.run()
