/** `rowhook migrate` and `rowhook postgres`, as somebody types them. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { startCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'

const main = join(packageRoot, 'src/cli/main.ts')
const environment = { PATH: process.env['PATH'] ?? '' }

const rowhook = (args: readonly string[], env: Record<string, string>) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { ...environment, ...env } })
  assert.is(status, 0, stderr)
  return stdout.trimEnd().split('\n')
}

const migrate = suite('rowhook migrate')

migrate('goes up, tells, and comes back', async () => {
  const db = await createTestDatabase({ template: 'empty' })
  const env = { DATABASE_URL: db.url }
  const applied = rowhook(['migrate', 'up', '--core-only'], env)
  const again = rowhook(['migrate', 'up', '--core-only'], env)
  const status = rowhook(['migrate', 'status'], env)
  const undone = rowhook(['migrate', 'down', '--all'], env)
  const nothing = rowhook(['migrate', 'down'], env)
  await db.drop()
  assert.ok(applied.every((line) => /^applied core\/\d{3}_\w+$/.test(line)))
  assert.equal([again, nothing], [['The database is up to date.'], ['There is no migration to undo.']])
  assert.is(status.filter((line) => /^applied +core\//.test(line)).length, applied.length)
  assert.ok(status.some((line) => /^pending +store\//.test(line)))
  assert.equal(undone, applied.toReversed().map((line) => line.replace('applied', 'undone')))
})

migrate('says for whom it waits', async () => {
  const db = await createTestDatabase({ template: 'core' })
  const client = await db.connect()
  await client.query(`set application_name = 'a deploy'; select pg_advisory_lock(5080118412)`)
  const migrating = startCommand(['migrate', 'up', '--core-only'], { env: { DATABASE_URL: db.url } })
  await migrating.says(/^Waiting for another migration: a deploy \(pid \d+\), there since /)
  await client.end()
  assert.is((await migrating.ended).code, 0)
  await db.drop()
})

migrate.run()

type Context = { home: string }

const postgres = suite<Context>('rowhook postgres')

postgres.before((context) => {
  context.home = mkdtempSync(join(tmpdir(), 'rowhook-cli-'))
  chmodSync(context.home, 0o755)
})

postgres.after(({ home }) => rmSync(home, { recursive: true, force: true }))

const isRunning = (home: string) => existsSync(join(home, 'postgres/data/postmaster.pid'))

postgres('runs until it is told to stop', async ({ home }) => {
  const child = spawn(process.execPath, [main, 'postgres'], { env: { ...environment, ROWHOOK_HOME: home }, stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const wasRunning = isRunning(home)
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  assert.equal([wasRunning, (await ended)[0], isRunning(home)], [true, 0, false])
  assert.match(said.toString(), /psql postgres:\/\/postgres:\S+@127\.0\.0\.1:\d+\/rowhook/)
})

postgres('prints its address and nothing else', ({ home }) => {
  const [address, ...rest] = rowhook(['postgres', '--url'], { ROWHOOK_HOME: home })
  assert.ok(URL.canParse(address!))
  assert.equal([rest, isRunning(home)], [[], false])
})

postgres('is stopped when it was left behind, and says so', ({ home }) => {
  assert.equal(rowhook(['postgres', '--stop'], { ROWHOOK_HOME: home }), ['It did not run.'])
  assert.is(isRunning(home), false)
})

postgres.run()
