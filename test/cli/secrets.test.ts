/** `rowhook secrets`, and endpoints by hand with a key: sealed when they are written, and moved to a new key while everything runs. */
import { randomBytes } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createKeyring } from '../../src/core/sealing.ts'
import { startEngine } from '../delivery/support/engine.ts'
import { verifySignature } from '../delivery/support/verify-signature.ts'
import { waitFor } from '../support/wait.ts'
import { commandsOn } from './in-process.ts'

const [old, fresh] = [randomBytes(32), randomBytes(32)]
const ring = (...keys: Buffer[]) => createKeyring({ keys, randomBytes })

const engine = await startEngine({ secretsKeys: [old], sealedHoldMs: 400 })
const { db } = engine
const rowhook = async (keys: readonly Buffer[], ...args: readonly string[]) => {
  process.env['WEBHOOK_SECRETS_KEY'] = keys.map((key) => key.toString('base64')).join(',')
  const { code, stdout, stderr } = await commandsOn(db.url)(...args)
  delete process.env['WEBHOOK_SECRETS_KEY']
  return { code, stdout, stderr }
}
type Status = { readonly keys: readonly { readonly key: string | null; readonly here: string; readonly secrets: number; readonly headers: number }[]; readonly closed: readonly unknown[] }
const status = async (...keys: Buffer[]) => JSON.parse((await rowhook(keys, 'secrets', 'status', '--json')).stdout) as Status

const secrets = suite('rowhook secrets')
secrets.after(() => engine.close())

secrets('and endpoints: what is made by hand is sealed at once, and revealed to whoever has the key', async () => {
  const made = JSON.parse((await rowhook([old], 'endpoints', 'create', 'https://x.test/h', '--json')).stdout) as { id: string; secret: string }
  const stored = async () => (await db.pool.query<{ secret: string }>('select secret from webhooks_private.endpoint_secrets where endpoint_id = $1 order by created_at desc', [made.id])).rows[0]!.secret
  assert.equal(ring(old).open(await stored(), { tenantId: 'default', endpointId: made.id, purpose: 'signing' }), { kind: 'open', text: made.secret })
  const rotated = JSON.parse((await rowhook([old], 'endpoints', 'rotate-secret', made.id, '--json')).stdout) as { secret: string }
  assert.match(await stored(), /^sealed\.v1\.whsec\./)
  const revealed = await rowhook([old], 'endpoints', 'reveal-secret', made.id.toUpperCase(), '--json')
  assert.is((JSON.parse(revealed.stdout) as { secret: string }).secret, rotated.secret)
  const refused = await rowhook([fresh], 'endpoints', 'reveal-secret', made.id)
  assert.is(refused.code, 1)
  assert.match(refused.stderr, new RegExp(`key ${ring(old).newest}, which is not in WEBHOOK_SECRETS_KEY[^]*Code: WHOPN`))
})

secrets('rekey says that it needs a key', async () => {
  const { code, stderr } = await rowhook([], 'secrets', 'rekey')
  assert.is(code, 1)
  assert.match(stderr, 'Code: WHNKY')
})

secrets('moves thousands of rows to a new key while a worker delivers and others write, and the old key may go', async () => {
  const hook = await engine.hook({ headers: { 'x-token': 'hunter2' } })
  await db.pool.query(`insert into webhooks.tenant_settings (tenant_id, max_endpoints) values ('many', 5000)`)
  await db.pool.query(`insert into webhooks.endpoints (tenant_id, url, events, headers) select 'many', 'https://x.test/' || n, '{*}', '{"x-a": "1", "x-b": "2"}' from generate_series(1, 1500) as n`)
  const sealed = await waitFor(async () => {
    const { keys } = await status(old)
    return keys.every(({ key }) => key !== null) && keys
  }, { what: 'the worker to seal 1,500 endpoints' })
  assert.equal(sealed, [{ key: ring(old).newest, here: 'seals and opens', secrets: 1503, headers: 3001, endpoints: 1502 }])

  await engine.worker().stop()
  await engine.launch({ secretsKeys: [fresh, old] })
  let isMoving = true
  const writing = (async () => {
    while (isMoving) {
      await hook.publish()
      await db.pool.query('select webhooks.rotate_secret($1, $2)', [hook.endpointId, '0'])
      await db.pool.query(`update webhooks.endpoints set headers = headers || '{"x-b": "3"}' where id = (select id from webhooks.endpoints where tenant_id = 'many' order by random() limit 1)`)
    }
  })()
  const { code, stdout } = await rowhook([fresh, old], 'secrets', 'rekey', '--json')
  isMoving = false
  await writing
  const moved = JSON.parse(stdout) as { key: string; rows_sealed: number; left_closed: number }
  assert.equal([code, moved.key, moved.left_closed], [0, ring(fresh).newest, 0])
  assert.ok(moved.rows_sealed >= 2900, String(moved.rows_sealed))
  const { keys } = await waitFor(async () => {
    const now = await status(fresh, old)
    return now.keys.every(({ key }) => key !== null) && now
  }, { what: 'what was written meanwhile to be sealed' })
  assert.equal(keys.map(({ key, here, secrets: count }) => [key, here, count > 0]), [[ring(fresh).newest, 'seals and opens', true], [ring(old).newest, 'opens', false]])

  await engine.worker().stop()
  await engine.launch({ secretsKeys: [fresh] })
  const { id } = await hook.publish()
  await engine.waitForStatus(id, 'success')
  const { rows } = await db.pool.query<{ open: string }>(`select count(*) as open from webhooks.deliveries where endpoint_id = $1 and status <> 'success'`, [hook.endpointId])
  await waitFor(async () => rows[0]!.open === '0' || (await db.pool.query(`select from webhooks.deliveries where endpoint_id = $1 and status <> 'success'`, [hook.endpointId])).rowCount === 0, { what: 'every delivery to succeed' })
  for (const { headers } of hook.requests()) assert.is(headers['x-token'], 'hunter2')
  const secret = JSON.parse((await rowhook([fresh], 'endpoints', 'reveal-secret', hook.endpointId, '--json')).stdout) as { secret: string }
  assert.ok(verifySignature([secret.secret], hook.requests().at(-1)!))
})

secrets('rekey leaves what no key opens, names it, and ends with 1', async () => {
  const hook = await engine.hook()
  await db.pool.query('select webhooks.set_secret($1, $2)', [hook.endpointId, ring(old).seal(`whsec_${randomBytes(32).toString('base64')}`, { tenantId: hook.tenant, endpointId: hook.endpointId, purpose: 'signing' })])
  const { code, stdout } = await rowhook([fresh], 'secrets', 'rekey', '--json')
  const { left_closed: left, closed } = JSON.parse(stdout) as { left_closed: number; closed: unknown }
  assert.equal([code, left, closed], [1, 1, [{ endpoint_id: hook.endpointId, purpose: 'signing', key_id: ring(old).newest }]])
  assert.equal((await status(fresh)).closed.length, 1)
})

secrets.run()
