/** `rowhook emit`: what it records, and what it says when it cannot. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'store' })
const bare = await createTestDatabase({ template: 'empty' })
const folder = await mkdtemp(join(tmpdir(), 'rowhook-emit-'))

const emit = (...args: string[]) => runCommand(['emit', ...args], { env: { DATABASE_URL: db.url } })

const eventOf = async (stdout: string) => {
  const { rows } = await db.pool.query('select type, tenant_id, resource_type, resource_id, data::text, deliver_at from webhooks.events where id = $1', [stdout.trim()])
  return rows[0] as Record<string, unknown>
}

const emitting = suite('rowhook emit')

emitting('records the example of the type and prints the id of the event alone', async () => {
  await createEndpoint(db.pool, { events: ['sale.*'] })
  const { code, stdout, stderr } = await emit('sale.created')
  assert.equal([code, stderr], [0, ''])
  assert.match(stdout, /^[0-9a-f-]{36}\n$/)
  const { rows } = await db.pool.query(`select example::text from webhooks.event_types where name = 'sale.created'`)
  const { type, tenant_id: tenant, data } = await eventOf(stdout)
  assert.equal([type, tenant, data], ['sale.created', 'default', (rows[0] as { example: string }).example])
})

emitting('sends the data as they are written, digits and all', async () => {
  const file = join(folder, 'data.json')
  await writeFile(file, '{"b": 12345678901234567890.10, "a": 1}')
  const { stdout } = await emit('sale.created', '--data', `@${file}`, '--resource-type', 'sale', '--resource-id', '31', '--at', '2126-08-01T10:00:00Z')
  const { resource_type: type, resource_id: id, data, deliver_at: at } = await eventOf(stdout)
  assert.equal([type, id, data, at], ['sale', '31', '{"b": 12345678901234567890.10, "a": 1}', new Date('2126-08-01T10:00:00Z')])
})

emitting('records an event once for a key', async () => {
  const first = await emit('sale.created', '--idempotency-key', 'k')
  const second = await emit('sale.created', '--idempotency-key', 'k')
  assert.is(second.stdout, first.stdout)
})

emitting('says when nobody asks for it', async () => {
  const { code, stderr } = await emit('sale.created', '--tenant', 'acme')
  assert.is(code, 0)
  assert.match(stderr, 'No active endpoint of tenant acme asks for sale.created')
})

emitting('names near types for one that does not exist', async () => {
  const { code, stdout, stderr } = await emit('sale.creatd')
  assert.equal([code, stdout], [1, ''])
  assert.match(stderr, /Did you mean: .*sale\.created.*\nCode: WHTYP/)
})

emitting('refuses data that are not JSON, a file that is not there, and a time that is none', async () => {
  const wrong = [await emit('sale.created', '--data', '{a'), await emit('sale.created', '--data', '@/none.json'), await emit('sale.created', '--at', 'soonish')]
  assert.equal(wrong.map(({ code, stderr }) => [code, /Code: (\w+)/.exec(stderr)?.[1]]), [[1, 'WHDAT'], [1, 'WHDAT'], [1, 'WHTIM']])
})

emitting('says what to do where the database is not migrated, or not there', async () => {
  const missing = await runCommand(['emit', 'sale.created'], { env: { DATABASE_URL: bare.url } })
  assert.is(missing.code, 1)
  assert.match(missing.stderr, /rowhook migrate up[^]*Code: WHMIS/)
  const away = await runCommand(['emit', 'sale.created'], { env: { DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/shop' } })
  assert.is(away.code, 1)
  assert.match(away.stderr, 'Code: WHDBC')
  assert.not.match(away.stderr, 'hunter2')
})

emitting.after(async () => void (await Promise.all([db.drop(), bare.drop(), rm(folder, { recursive: true })])))
emitting.run()
