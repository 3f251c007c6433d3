/** `rowhook arm`: lets a database deliver that may be a copy. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { commandsOn } from './in-process.ts'

const db = await createTestDatabase({ template: 'core' })
const rowhook = commandsOn(db.url)
const place = new URL(db.url).host

const arm = suite('rowhook arm')
arm.after(() => db.drop())

const fingerprints = async () => (await db.pool.query<{ fingerprints: string[] }>('select fingerprints from webhooks_private.arming')).rows[0]!.fingerprints

arm('arms for the database as this process meets it, and says as what', async () => {
  const { code, stdout, stderr } = await rowhook('arm')
  assert.equal([code, stderr], [0, ''])
  assert.is(stdout, `armed as ${(await fingerprints())[0]}\n`)
  assert.match(stdout, `database ${db.name} `)
  assert.match(stdout, ` at ${place}, deployment unnamed`)
})

arm('takes the place of what was armed, or stands beside it with --add', async () => {
  await db.pool.query(`update webhooks_private.arming set fingerprints = '{elsewhere}', disarmed_reason = 'a copy'`)
  assert.is((await rowhook('arm', '--add')).stdout.split('\n').length, 3)
  assert.is((await fingerprints())[0], 'elsewhere')
  await rowhook('arm')
  const { rows } = await db.pool.query<{ fingerprints: string[]; disarmed_reason: string | null }>('select fingerprints, disarmed_reason from webhooks_private.arming')
  assert.equal([rows[0]!.fingerprints.length, rows[0]!.disarmed_reason], [1, null])
})

arm.run()
