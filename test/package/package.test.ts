/** What npm publishes: compiled, complete, and runnable from inside node_modules, where Node strips no types. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot, packageVersion } from '../../src/config/package.ts'

const place = mkdtempSync(join(tmpdir(), 'rowhook-package-'))
const modules = join(place, 'node_modules')
const installed = join(modules, 'rowhook')

const run = (command: string, args: readonly string[], cwd: string) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  assert.is(status, 0, `${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}

const published = suite('the published package')

// As npm install would leave it, with the dependencies of the checkout.
published.before(() => {
  run('npm', ['pack', '--silent', '--pack-destination', place], packageRoot)
  const [tarball] = readdirSync(place).filter((name) => name.endsWith('.tgz'))
  mkdirSync(installed, { recursive: true })
  run('tar', ['-xzf', join(place, tarball!), '--strip-components=1'], installed)
  for (const name of readdirSync(join(packageRoot, 'node_modules'))) symlinkSync(join(packageRoot, 'node_modules', name), join(modules, name))
})

published.after(() => rmSync(place, { recursive: true, force: true }))

published('runs the command that package.json names', () => {
  const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as { bin: { rowhook: string } }
  assert.is(run(process.execPath, [join(installed, bin.rowhook), '--version'], place).trim(), packageVersion)
  assert.match(run(process.execPath, [join(installed, bin.rowhook), '--help'], place), 'migrate')
})

published('brings migrations and their settings, and no sources or tests', () => {
  for (const name of ['.gmrc', 'LICENSE', 'migrations/core']) assert.ok(existsSync(join(installed, name)), name)
  for (const name of ['src', 'test', 'node_modules', '.ci']) assert.not(existsSync(join(installed, name)), name)
})

published('finds its migrations from where it is installed', () => {
  const script = `const { readMigrationSettings } = await import('rowhook-settings'); process.stdout.write(readMigrationSettings().folder)`
  const settings = join(installed, 'dist/src/database/migrate/settings.js')
  const folder = run(process.execPath, ['--input-type=module', '-e', script.replace('rowhook-settings', settings)], place)
  assert.is(folder, join(installed, 'migrations'))
})

published('gives receivers verify, senders emit, migrate and createWorker', () => {
  const script = `
    import * as rowhook from 'rowhook'
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    const signature = rowhook.sign({ id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1614265330, body: '{"test": 2432232314}', secrets: [secret] })
    const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330', 'webhook-signature': signature }
    const { id } = rowhook.verify({ headers, body: '{"test": 2432232314}', secret, now: 1614265330 })
    console.log(JSON.stringify({ names: Object.keys(rowhook).sort(), signature, id }))`
  const told = JSON.parse(run(process.execPath, ['--input-type=module', '-e', script], place)) as Record<string, unknown>
  assert.equal(told, {
    names: ['RowhookError', 'createWorker', 'emit', 'migrate', 'sign', 'verify'],
    signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  })
})

published('brings types that know what a caller may pass', () => {
  const program = `
    import pg from 'pg'
    import { createWorker, emit, migrate, verify, type Verified } from 'rowhook'
    export const applied: Promise<string[]> = migrate({ databaseUrl: 'postgres://localhost/shop', coreOnly: true })
    export const id: Promise<string> = emit(new pg.Client(), { type: 'sale.created', data: { total: '1.00' }, tenantId: 'acme' })
    export const fromPool: Promise<string> = emit(new pg.Pool(), { type: 'sale.created', json: '{}', deliverAt: new Date() })
    export const received: Verified = verify({ headers: new Headers(), body: '', secret: '' })
    export const stopped: Promise<void> = createWorker({ databaseUrl: '', concurrency: 10 }).then((worker) => worker.stop())
    // @ts-expect-error a type is needed
    export const wrong = emit(new pg.Client(), {})`
  writeFileSync(join(place, 'program.ts'), program)
  writeFileSync(join(place, 'package.json'), '{"type":"module"}')
  for (const [module, moduleResolution] of [['node16', 'node16'], ['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
    const settings = { compilerOptions: { module, moduleResolution, target: 'es2024', strict: true, noEmit: true, types: ['node'] }, files: ['program.ts'] }
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify(settings))
    run(join(packageRoot, 'node_modules/.bin/tsc'), ['-p', place], place)
  }
})

published.run()
