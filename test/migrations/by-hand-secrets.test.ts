/** Secrets by hand: rotated, replaced, revealed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, refusal } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db

const given = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const value = async <T>(sql: string, parameters: unknown[]): Promise<T> => {
  const { rows } = await pool.query<{ value: T }>(`select ${sql} as value`, parameters)
  return rows[0]!.value
}
const rotate = (id: string, overlap = '24 hours', secret?: string) => value<string>('webhooks.rotate_secret($1, $2, $3)', [id, overlap, secret])
const reveal = (id: string) => value<string>('webhooks.reveal_secret($1)', [id])
const setSecret = (id: string, secret: string | null) => value('webhooks.set_secret($1, $2)', [id, secret])
const versionOf = (id: string) => value<string>('(select version from webhooks.endpoints where id = $1)', [id])
/** valid ones, the oldest first, and in how many hours each ends */
const secretsOf = async (id: string) => {
  const { rows } = await pool.query<{ secret: string; hours: number | null }>(
    `select secret, round(extract(epoch from expires_at - now()) / 3600)::integer as hours
       from webhooks_private.endpoint_secrets where endpoint_id = $1 and purpose = 'signing' order by created_at`,
    [id],
  )
  return rows
}

const secrets = suite('secrets by hand')
secrets.after(() => db.drop())

secrets('a rotation makes a new secret, and the old one signs until the overlap ends', async () => {
  const id = await createEndpoint(pool)
  const before = await versionOf(id)
  const old = await reveal(id)
  const fresh = await rotate(id, '2 hours')
  assert.match(fresh, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.equal(await secretsOf(id), [{ secret: old, hours: 2 }, { secret: fresh, hours: null }])
  assert.is(await reveal(id), fresh)
  assert.ok(Number(await versionOf(id)) > Number(before), 'workers learn of it by the version')
})

secrets('a rotation takes a secret that is given', async () => {
  const id = await createEndpoint(pool)
  assert.is(await rotate(id, '0', given), given)
  assert.is(await reveal(id), given)
})

secrets('two rotations at once leave one current secret', async () => {
  const id = await createEndpoint(pool)
  await Promise.all([rotate(id), rotate(id)])
  assert.is((await secretsOf(id)).filter(({ hours }) => hours === null).length, 1)
})

secrets('at most five are valid at a time', async () => {
  const id = await createEndpoint(pool)
  for (let n = 0; n < 4; n++) await rotate(id)
  assert.is((await refusal(rotate(id))).code, 'WHLIM')
  await pool.query(`update webhooks_private.endpoint_secrets set expires_at = now() where endpoint_id = $1 and expires_at is not null`, [id])
  await rotate(id)
  assert.is((await secretsOf(id)).length, 2)
})

for (const overlap of ['-1 hour', '31 days', null]) {
  secrets(`an overlap of ${overlap ?? 'null'} is refused`, async () => {
    const id = await createEndpoint(pool)
    assert.is((await refusal(value('webhooks.rotate_secret($1, $2)', [id, overlap]))).code, 'WHOVL')
  })
}

secrets('set_secret replaces all at once', async () => {
  const id = await createEndpoint(pool)
  await rotate(id)
  await setSecret(id, given)
  assert.equal(await secretsOf(id), [{ secret: given, hours: null }])
})

for (const secret of ['whsec_dG9vIHNob3J0', 'not a secret, though long enough', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!', '', null]) {
  secrets(`the secret ${JSON.stringify(secret)} is refused`, async () => {
    const id = await createEndpoint(pool)
    assert.is((await refusal(setSecret(id, secret))).code, 'WHSEC')
  })
}

secrets('the legacy profile takes any 16 to 255 characters', async () => {
  const id = await createEndpoint(pool, { signature_profile: 'legacy' })
  await setSecret(id, 'sixteen letters.')
  assert.is(await reveal(id), 'sixteen letters.')
  assert.is((await refusal(setSecret(id, 'fifteen letters'))).code, 'WHSEC')
  assert.is((await refusal(setSecret(id, 'a control\ncharacter'))).code, 'WHSEC')
})

secrets('a secret that only the legacy profile allows keeps the endpoint there', async () => {
  const id = await createEndpoint(pool, { signature_profile: 'legacy' })
  await setSecret(id, 'sixteen letters.')
  const toStandard = () => pool.query(`update webhooks.endpoints set signature_profile = 'standard' where id = $1`, [id])
  assert.is((await refusal(toStandard())).code, 'WHSEC')
  await setSecret(id, given)
  await toStandard()
})

secrets('an OAuth 2 secret lies beside the signing secrets', async () => {
  const id = await createEndpoint(pool)
  await value('webhooks.set_oauth_secret($1, $2)', [id, 'first'])
  await value('webhooks.set_oauth_secret($1, $2)', [id, 'second'])
  const { rows } = await pool.query(`select secret from webhooks_private.endpoint_secrets where endpoint_id = $1 and purpose = 'oauth2_client'`, [id])
  assert.equal(rows, [{ secret: 'second' }])
  assert.is((await secretsOf(id)).length, 1)
  assert.is((await refusal(value('webhooks.set_oauth_secret($1, $2)', [id, '']))).code, 'WHOAS')
})

/** What sealing makes of a text is of no account here, but for its form. */
const sealedAs = (form: 'whsec' | 'text') => `sealed.v1.${form}.0123456789abcdef.${'A'.repeat(60)}`

secrets('a sealed secret is taken by the profile that it fits, and SQL cannot reveal it', async () => {
  const id = await createEndpoint(pool)
  await setSecret(id, sealedAs('whsec'))
  const revealed = await refusal(reveal(id))
  assert.is(revealed.code, 'WHSLD')
  assert.match(revealed.hint!, `rowhook endpoints reveal-secret ${id}`)
  assert.is((await refusal(setSecret(id, sealedAs('text')))).code, 'WHSEC')
  await pool.query(`update webhooks.endpoints set signature_profile = 'legacy' where id = $1`, [id])
  await setSecret(id, sealedAs('text'))
  assert.is((await refusal(pool.query(`update webhooks.endpoints set signature_profile = 'standard' where id = $1`, [id]))).code, 'WHSEC')
  await value('webhooks.set_oauth_secret($1, $2)', [id, sealedAs('text')])
})

secrets('what looks sealed and is not whole is refused everywhere', async () => {
  const id = await createEndpoint(pool, { signature_profile: 'legacy' })
  const broken = 'sealed.v1.text.0123456789abcdef.short'
  assert.is((await refusal(setSecret(id, broken))).code, 'WHSEC')
  assert.is((await refusal(value('webhooks.set_oauth_secret($1, $2)', [id, broken]))).code, 'WHOAS')
  assert.is((await refusal(createEndpoint(pool, { headers: { 'x-a': broken } }))).code, 'WHHDR')
  assert.is((await refusal(pool.query('update webhooks_private.endpoint_secrets set secret = $2 where endpoint_id = $1', [id, broken]))).constraint, 'endpoint_secrets_sealed_whole')
  await createEndpoint(pool, { headers: { 'x-a': sealedAs('text') } })
})

secrets('each call is audited, and no secret is in the audit log', async () => {
  const id = await createEndpoint(pool)
  await rotate(id, '1 hour', given)
  await setSecret(id, given)
  await reveal(id)
  await value('webhooks.set_oauth_secret($1, $2)', [id, 'open sesame'])
  const { rows } = await pool.query<{ action: string; line: string }>(`select action, a::text as line from webhooks.audit_log as a where subject_id = $1 and action <> 'endpoint.created' order by id`, [id])
  assert.equal(rows.map(({ action }) => action), ['secret.rotated', 'secret.set', 'secret.revealed', 'oauth_secret.set'])
  assert.not(rows.some(({ line }) => line.includes('MfKQ9r8') || line.includes('sesame')))
})

secrets.run()
