/** Lists that must agree with the code: error codes, dependencies, migrations, configuration. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { errors as spanish } from '../../src/admin/i18n/es/errors.ts'
import { packageRoot } from '../../src/config/package.ts'
import { filesBelow } from '../support/source.ts'

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8')

const unique = (names: Iterable<string>) => [...new Set(names)].toSorted()

const errors = suite('docs/errors.md')

const raised = unique(
  [...filesBelow('src', '.ts', '.tsx'), ...filesBelow('migrations', '.sql'), ...filesBelow('tasks', '.ts')].flatMap(({ text }) => text.match(/(?<=')WH[A-Z0-9]{3}(?=')/g) ?? []),
)
const listed = [...read('docs/errors.md').matchAll(/^\| `(WH[A-Z0-9]{3})` \|/gm)].map((match) => match[1]!)

errors('has a line for every code that is raised', () => assert.equal(raised.filter((code) => !listed.includes(code)), []))

errors('has no line for a code that nobody raises', () => assert.equal(listed.filter((code) => !raised.includes(code)), []))

errors('has one line for each code, in order', () => assert.equal(listed, unique(listed)))

/** Codes that no answer of the API bears: those of the command line, the start, migrations, capture and receivers. */
const elsewhere = new Set([
  'WHCFG', 'WHCHG', 'WHCND', 'WHCOL', 'WHDBC', 'WHDEM', 'WHGMR', 'WHGRT', 'WHJWK', 'WHKEY', 'WHLIS', 'WHMIG', 'WHMIS', 'WHMNM', 'WHNET', 'WHNEW', 'WHOPF', 'WHOWN', 'WHPAY', 'WHPGB',
  'WHPGD', 'WHPGP', 'WHPGS', 'WHPGU', 'WHPOL', 'WHREC', 'WHREL', 'WHROL', 'WHRUL', 'WHSET', 'WHSIG', 'WHSQL', 'WHTRU', 'WHYES',
])

errors('has words in each language of the admin page that the server does not speak, for what the API answers', () =>
  assert.equal(Object.keys(spanish).toSorted(), listed.filter((code) => !elsewhere.has(code))))

errors.run()

type Manifest = Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>

const manifest = JSON.parse(read('package.json')) as Manifest
const pinned = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }

const dependencies = suite('dependencies')

dependencies('are pinned to exact versions', () => {
  const loose = Object.entries(pinned).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  assert.equal(loose, [])
})

dependencies('each have a reason in docs/dependencies.md', () => {
  const explained = [...read('docs/dependencies.md').matchAll(/^\| (.+?) \|/gm)].flatMap((row) => [...row[1]!.matchAll(/`([^`]+)`/g)].map((name) => name[1]!))
  const fits = (name: string) => explained.some((entry) => (entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : entry === name))
  assert.equal(Object.keys(pinned).filter((name) => !fits(name)), [], 'without a reason')
  const gone = explained.filter((entry) => !Object.keys(pinned).some((name) => (entry.endsWith('/*') ? name.startsWith(entry.slice(0, -1)) : entry === name)))
  assert.equal(gone, [], 'explained, and not a dependency')
})

dependencies('are in the lockfile for every platform, or npm ci refuses it (ops/complete-lockfile.mjs adds what is missing)', () => {
  type Locked = { version: string; optionalDependencies?: Record<string, string> }
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
  const wanted = Object.values(packages).flatMap(({ optionalDependencies }) => Object.entries(optionalDependencies ?? {}))
  const missing = wanted.filter(([name, version]) => /^\d/.test(version) && !/wasm/.test(name) && !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)))
  assert.equal(missing.map(([name]) => name), [])
})

dependencies.run()

const migrations = suite('migrations')

const files = filesBelow('migrations', '.sql')

migrations('lie in core or store, named by number and concern', () => {
  assert.equal(files.map(({ path }) => path).filter((path) => !/^migrations\/(core|store)\/\d{3}_[a-z0-9_]+\.sql$/.test(path)), [])
})

migrations('have a number of their own within their group', () => {
  const numbers = files.map(({ path }) => path.slice(0, path.indexOf('_')))
  assert.equal(numbers.filter((number, at) => numbers.indexOf(number) !== at), [])
})

migrations('go up and down in one file', () => {
  const headings = (text: string) => [...text.matchAll(/^-- (Up|Down) Migration$/gm)].map((match) => match[1])
  assert.equal(files.filter(({ text }) => headings(text).join() !== 'Up,Down').map(({ path }) => path), [])
})

migrations.run()

const configuration = suite('docs/configuration.md')

configuration('has a row for every variable, and no other', () => {
  const known = unique([...read('src/config/load.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map((match) => match[1]!))
  assert.ok(existsSync(join(packageRoot, 'docs/configuration.md')))
  const described = [...read('docs/configuration.md').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm)].map((match) => match[1]!)
  assert.equal(unique(described), known)
})

configuration.run()
