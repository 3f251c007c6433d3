/** README.md, lived through from top to bottom: every block of it is run, on a home of its own. */
import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { sign } from '../../src/core/signature.ts'
import { endPrograms, startProgram, type RunningCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'
import { fencesOf } from '../support/fences.ts'
import { createReceiver } from '../support/receiver.ts'
import { waitFor } from '../support/wait.ts'

const home = await mkdtemp(join(tmpdir(), 'rowhook-readme-'))
await chmod(home, 0o755) // as root the server runs under another account
await symlink(join(packageRoot, 'node_modules'), join(home, 'node_modules'))

const fences = fencesOf('README.md').filter(({ language }) => language !== 'text')
const ran = new Set<string>()

/** The one block that contains `words`. */
const block = (words: string): string => {
  const found = fences.filter(({ text }) => text.includes(words))
  assert.is(found.length, 1, `one block with ${words}`)
  ran.add(found[0]!.text)
  return found[0]!.text
}

/** The example secret and port of the page stand for those of the reader's machine. */
const exampleSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
let port = '8080'
let secret = exampleSecret
const here = (text: string) => text.replaceAll('8080', port).replaceAll(exampleSecret, secret)

const shell = (words: string): RunningCommand => {
  const lines = here(block(words)).trim().split('\n')
  const script = [...lines.slice(0, -1), `exec ${lines.at(-1)}`].join('\n')
  return startProgram('sh', ['-ec', script], { env: { ROWHOOK_HOME: home }, cwd: packageRoot, deadlineMs: 120_000 })
}

/** A block of JavaScript as a module of a program that has installed Rowhook. */
const moduleOf = async (words: string): Promise<string> => {
  const file = join(home, `block-${ran.size}.mjs`)
  await writeFile(file, block(words).replaceAll("'rowhook'", JSON.stringify(join(packageRoot, 'src/index.ts'))))
  return file
}

let demo: RunningCommand
let pool: pg.Pool
const databaseUrl = () => /psql '([^']+)'/.exec(demo.stdout())![1]!
const runModule = async (words: string, url = databaseUrl()) => startProgram(process.execPath, [await moduleOf(words)], { env: { DATABASE_URL: url } }).ended

const readme = suite('README.md')

readme('begins with npm start, which goes on, and npm start -- --once beside it', async () => {
  demo = shell('npm start\n')
  await demo.says(/Press Ctrl-C to stop/, 90_000)
  pool = new pg.Pool({ connectionString: databaseUrl(), allowExitOnIdle: true })
  const { code, stdout } = await shell('--once').ended
  assert.is(code, 0)
  assert.match(stdout.trimEnd().split('\n').at(-1)!, /^delivered sale\.created [0-9a-f-]{36} verified in \d+ ms$/)
})

readme('leads to a webhook of one’s own, verified', async () => {
  const free = await createReceiver()
  port = String(free.port)
  await free.close()
  await pool.query(block('create table accounts'))
  const results = (await pool.query(here(block('insert into webhooks.endpoints')))) as unknown as pg.QueryResult<{ reveal_secret: string }>[]
  secret = results[1]!.rows[0]!.reveal_secret
  const listener = shell(' listen ')
  await listener.says(/Listening/)
  await pool.query(block('insert into accounts'))
  await listener.says(/account\.created \S+ {2}verified/)
  await listener.says(/account\.upgraded \S+ {2}verified/)

  const emitted = await shell('-- emit ').ended
  await listener.says(new RegExp(`account\\.created ${emitted.stdout.trim()} {2}verified.*\\n.*"data":\\{"id": 7\\}`))
  assert.is((await runModule("type: 'account.created'")).code, 0)
  await listener.says(/"data":\{"id":8\}/)
  listener.kill('SIGINT')
  assert.is((await listener.ended).code, 0)
})

readme('verifies by the library and by hand', async () => {
  const { receive } = (await import(await moduleOf('export const receive'))) as { receive: (headers: object, body: string, secret: string) => { id: string } }
  const { signatureOf } = (await import(await moduleOf('export const signatureOf'))) as { signatureOf: (headers: object, body: string, secret: string) => string }
  const timestampSeconds = Math.floor(Date.now() / 1000)
  const body = '{"type":"account.created"}'
  const signature = sign({ id: 'evt_1', timestampSeconds, body, secrets: [exampleSecret] })
  const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature }
  assert.is(receive(headers, body, exampleSecret).id, 'evt_1')
  assert.throws(() => receive(headers, `${body} `, exampleSecret))
  assert.is(signatureOf(headers, body, exampleSecret), signature)
})

readme('operates: migrate, worker, health, and a worker in a program', async () => {
  const migrated = await shell('migrate status').ended
  assert.equal([migrated.code, migrated.stderr], [0, ''])
  assert.match(migrated.stdout, 'The database is up to date.')
  const doctor = await shell('-- doctor').ended
  assert.equal([doctor.code, doctor.stderr], [0, ''])
  const worker = shell(' worker\n')
  await worker.says(/worker ready/)
  worker.kill('SIGTERM')
  assert.is((await worker.ended).code, 0)
  await pool.query(block('webhooks.queue_health'))
  const own = await createTestDatabase({ template: 'empty' })
  const { code, stderr } = await runModule('createWorker', own.url)
  await own.drop()
  assert.equal([code, stderr], [0, ''])
})

readme('ends npm start by Ctrl-C', async () => {
  await pool.end()
  demo.kill('SIGINT')
  await demo.ended
  assert.match(demo.stdout(), 'Stopping.')
  await waitFor(async () => !(await readFile(join(home, 'postgres/data/postmaster.pid')).catch(() => undefined)), { what: 'the embedded PostgreSQL to be gone' })
})

readme('has no block that was not run', () => assert.equal(fences.filter(({ text }) => !ran.has(text)).map(({ line }) => `line ${line}`), []))

readme('names every configuration variable that has an effect', async () => {
  const rows = (await readFile(join(packageRoot, 'docs/configuration.md'), 'utf8')).matchAll(/^\| `([A-Z][A-Z0-9_]+)`.*/gm)
  const known = [...rows].filter(([row]) => !row.includes('without effect so far')).map((match) => match[1]!)
  const text = await readFile(join(packageRoot, 'README.md'), 'utf8')
  assert.equal(known.filter((name) => !text.includes(`\`${name}\``)), [])
})

readme.after(endPrograms)
readme.after(() => rm(home, { recursive: true, force: true }))
readme.run()
