/** The support of the other tests: databases of their own, waiting, and a receiver that does as it is told. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from './database.ts'
import { createReceiver } from './receiver.ts'
import { waitFor } from './wait.ts'

const databases = suite('a test database')

databases('is cloned from a migrated template and belongs to its test alone', async () => {
  const [one, two] = await Promise.all([createTestDatabase({ template: 'core' }), createTestDatabase({ template: 'core' })])
  await one.pool.query('create table mine ()')
  const { rows } = await two.pool.query(`select to_regclass('mine') as mine, to_regnamespace('webhooks')::text as core`)
  await Promise.all([one.drop(), two.drop()])
  assert.equal(rows, [{ mine: null, core: 'webhooks' }])
})

databases('gives connections with a role', async () => {
  const db = await createTestDatabase({ template: 'core' })
  const client = await db.connect('rowhook_viewer')
  const { rows } = await client.query('select current_user as role')
  await db.drop()
  assert.equal(rows, [{ role: 'rowhook_viewer' }])
})

databases.run()

const waiting = suite('waitFor')

waiting('gives what the condition came to', async () => {
  let asked = 0
  assert.is(await waitFor(() => ++asked > 2 && 'there', { what: 'three questions' }), 'there')
})

waiting('says what it waited for, and why not', async () => {
  const failing = () => {
    throw new Error('not yet')
  }
  const error = await waitFor(failing, { deadlineMs: 30, what: 'a miracle' }).catch((thrown: Error) => thrown)
  assert.ok(error instanceof Error)
  assert.match(error.message, 'a miracle')
  assert.is((error.cause as Error).message, 'not yet')
})

waiting.run()

const receiving = suite('the scripted receiver')

receiving('keeps the bytes of a body and answers as told', async () => {
  const receiver = await createReceiver()
  receiver.respond((_, number) => ({ status: number === 1 ? 503 : 200, headers: { 'retry-after': '7' } }))
  const first = await fetch(`${receiver.url}hook?a=1`, { method: 'POST', body: '{"n":1.0}' })
  const second = await fetch(receiver.url, { method: 'POST', body: 'x' })
  const request = await receiver.waitForRequest(1)
  await receiver.close()
  assert.equal([first.status, first.headers.get('retry-after'), second.status], [503, '7', 200])
  assert.equal([request.method, request.path, request.body.toString()], ['POST', '/hook?a=1', '{"n":1.0}'])
})

receiving.run()
