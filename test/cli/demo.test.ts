/** `npm start`: a sale becomes a verified webhook, on an embedded PostgreSQL of its own and on one that is given. */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { endPrograms, runCommand, startCommand, type RunningCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import { waitFor } from '../support/wait.ts'

const home = await mkdtemp(join(tmpdir(), 'rowhook-demo-'))
await chmod(home, 0o755) // as root the server runs under another account
const db = await createTestDatabase({ template: 'store' })

const delivered = /^delivered sale\.created [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} verified in \d+ ms$/

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? ''

/** Lines of the log that tell of more than a machine under load, which may make the sweeper speak. */
const errorsIn = (stderr: string): string[] => stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{"level":40'))

const embedded = suite('npm start without DATABASE_URL')

const sell = (demo: RunningCommand) => {
  const [, statement] = /sql "(insert [^"]+)"/.exec(demo.stdout()) ?? []
  return runCommand(['sql', statement!], { env: { ROWHOOK_HOME: home } })
}

embedded('with --once ends with the line that scripts read', async () => {
  const { code, stdout, stderr } = await runCommand(['demo', '--once'], { env: { ROWHOOK_HOME: home }, deadlineMs: 120_000 })
  assert.equal([code, errorsIn(stderr)], [0, []])
  assert.match(lastLine(stdout), delivered)
  assert.match(stdout, /insert into public\.sales/)
})

embedded('goes on, shows each further sale, and stops cleanly', async () => {
  const demo = startCommand(['demo'], { env: { ROWHOOK_HOME: home } })
  await demo.says(/verified it with the endpoint’s secret, \d+ ms after the commit/)
  await demo.says(/psql 'postgres:\/\/postgres:[\w-]+@127\.0\.0\.1:\d+\/rowhook'/)
  await demo.says(/Press Ctrl-C to stop/)
  const [, api] = await demo.says(/GraphQL API is at (\S+)/)
  const [, page, token] = await demo.says(/(http\S+\/admin\/)#token=(\S+)/)
  assert.match(await (await fetch(page!)).text(), '<title>Rowhook</title>')
  const asked = await fetch(api!, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: '{"query":"{ endpoints { nodes { name } } }"}' })
  assert.match(await asked.text(), /"nodes":\[\{"name"/)
  assert.equal((await sell(demo)).stdout, 'INSERT 1\n')
  await demo.says(/Received sale\.created [0-9a-f-]+, verified:\n\n {2}.*"total":"99\.90"/)
  demo.kill('SIGINT')
  const { code, stderr } = await demo.ended
  assert.equal([code, errorsIn(stderr)], [0, []])
  await waitFor(() => !existsSync(join(home, 'postgres/data/postmaster.pid')), { what: 'the embedded PostgreSQL to be gone' })
  assert.ok((await readdir(home)).includes('postgres'))
})

embedded('runs beside another demo, each with an endpoint of its own', async () => {
  const demo = startCommand(['demo'], { env: { ROWHOOK_HOME: home } })
  await demo.says(/Press Ctrl-C to stop/)
  const second = await runCommand(['demo', '--once'], { env: { ROWHOOK_HOME: home } })
  const id = lastLine(second.stdout).split(' ')[2]
  assert.is(second.code, 0)
  await demo.says(new RegExp(`Received sale\\.created ${id}, verified`))
  demo.kill('SIGTERM')
  assert.is((await demo.ended).code, 0)
})

embedded.after(endPrograms)
embedded.after(() => rm(home, { recursive: true, force: true }))
embedded.run()

const given = suite('npm start with DATABASE_URL')

const env = { DATABASE_URL: db.url }

given('uses that server, keeps its password to itself, and leaves its settings as they were', async () => {
  const demo = startCommand(['demo'], { env })
  await demo.says(/psql "\$DATABASE_URL"/)
  demo.kill('SIGTERM')
  const { code, stdout } = await demo.ended
  assert.is(code, 0)
  assert.not.match(stdout, db.url)
  const settings = await db.pool.query('select allow_http, allow_ports from webhooks.settings')
  assert.equal(settings.rows, [{ allow_http: false, allow_ports: [443, 80, 8443, 8080] }])
  const endpoints = await db.pool.query('select is_active, disabled_reason from webhooks.endpoints')
  assert.equal(endpoints.rows, [{ is_active: false, disabled_reason: 'the demo does not run' }])
})

given('takes the endpoint of the run before', async () => {
  assert.match(lastLine((await runCommand(['demo', '--once'], { env })).stdout), delivered)
  const { rows } = await db.pool.query(`select count(*)::integer as endpoints from webhooks.endpoints where deleted_at is null`)
  assert.equal(rows, [{ endpoints: 1 }])
})

given('says why nothing arrives', async () => {
  await db.pool.query('update webhooks.settings set capture = false')
  const { code, stderr } = await runCommand(['demo', '--once'], { env })
  await db.pool.query('update webhooks.settings set capture = true')
  assert.is(code, 1)
  assert.match(stderr, /made no event\.\nDetail: Capture is off[^]*Code: WHDEM/)
})

given('says that nothing is sent where the environment forbids it', async () => {
  const { code, stderr } = await runCommand(['demo', '--once'], { env: { ...env, OUTBOUND_WEBHOOKS_ENABLED: 'false' } })
  assert.is(code, 1)
  assert.match(stderr, 'OUTBOUND_WEBHOOKS_ENABLED is false')
})

given('says what it tried where the database is not there', async () => {
  const { code, stderr } = await runCommand(['demo', '--once'], { env: { DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/shop' } })
  assert.is(code, 1)
  assert.match(stderr, 'Code: WHDBC')
})

given.after(endPrograms)
given.after(() => db.drop())
given.run()
