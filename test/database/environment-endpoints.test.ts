/** WEBHOOK_URLS: the endpoints of tenant default agree with the environment. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { applyEnvironmentEndpoints } from '../../src/database/environment-endpoints.ts'
import { keyringOf } from '../../src/wiring/keyring.ts'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const apply = (urls: string[], key = secret) => applyEnvironmentEndpoints(db.pool, keyringOf({}), urls, key)

const endpoints = async () => {
  const { rows } = await db.pool.query(
    `select url, events, is_active, signature_profile as profile, webhooks.reveal_secret(id) as secret
       from webhooks.endpoints where tenant_id = 'default' order by url`,
  )
  return rows as { url: string; events: string[]; is_active: boolean; profile: string; secret: string }[]
}

const environment = suite('endpoints by environment')

environment('are made once, whoever starts, with the secret that is given', async () => {
  await Promise.all([apply(['https://a.example/hook', 'https://b.example/hook']), apply(['https://a.example/hook', 'https://b.example/hook'])])
  assert.equal(await endpoints(), ['a', 'b'].map((name) => ({ url: `https://${name}.example/hook`, events: ['*'], is_active: true, profile: 'standard', secret })))
})

environment('follow the list: what is no longer named is disabled, and enabled when it comes back', async () => {
  await apply(['https://a.example/hook'])
  assert.equal((await endpoints()).map((each) => each.is_active), [true, false])
  await apply(['https://a.example/hook', 'https://b.example/hook'])
  assert.equal((await endpoints()).map((each) => each.is_active), [true, true])
})

environment('keep a secret of the older systems by the legacy profile, and take a better one later', async () => {
  await apply(['https://a.example/hook'], 'sixteen-letters-or-more')
  const [legacy] = await endpoints()
  assert.equal([legacy!.profile, legacy!.secret], ['legacy', 'sixteen-letters-or-more'])
  await apply(['https://a.example/hook'])
  const [standard] = await endpoints()
  assert.equal([standard!.profile, standard!.secret], ['standard', secret])
})

environment('stay disabled where somebody has disabled them, and are left alone by an empty list', async () => {
  await db.pool.query(`select webhooks.disable_endpoint(id, 'too slow') from webhooks.endpoints where url like '%//a.%'`)
  await apply(['https://a.example/hook'])
  await apply([])
  assert.equal((await endpoints()).map((each) => each.is_active), [false, false])
})

environment('may be no worse than others', async () => {
  const error = await apply(['http://a.example/hook']).catch((thrown: unknown) => thrown)
  assert.is((error as { code: string }).code, 'WHURL')
})

environment.after(() => db.drop())
environment.run()
