/** What npm publishes: compiled, complete, and runnable from inside node_modules, where Node strips no types. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
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

published.run()
