/** Imports follow the arrow: a folder knows the ones before it, and nothing knows itself by a detour. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findCycle, readImports, type Import } from '../support/import-graph.ts'
import { filesBelow } from '../support/source.ts'

const everything = ['core', 'config', 'database', 'http', 'delivery', 'metrics', 'worker', 'graphql', 'server', 'log', 'wiring', 'index', 'cli'] as const

/** What each part of `src/` may import of ours, beside itself. `core` is pure, so everybody may, but the admin page, which runs in a browser. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  config: ['core'],
  database: ['core', 'config'],
  http: ['core', 'config'],
  delivery: ['core', 'database', 'http'],
  metrics: ['core', 'database'],
  worker: ['core', 'config', 'database', 'delivery'],
  graphql: ['core', 'config', 'database', 'delivery'],
  server: ['core', 'config', 'graphql', 'metrics'],
  admin: [],
  log: ['config'],
  wiring: everything.filter((part) => !['cli', 'index'].includes(part)),
  index: everything.filter((part) => part !== 'cli'),
  cli: everything,
  tasks: everything.filter((part) => !['cli', 'index', 'server', 'graphql'].includes(part)),
}

/** Packages that one folder alone may use; elsewhere their types only. */
const reserved: Readonly<Record<string, readonly string[]>> = { pg: ['database'], undici: ['http'] }

const sources = [...filesBelow('src', '.ts', '.tsx'), ...filesBelow('tasks', '.ts')]
const imports = readImports(sources)

/** `src/http/sender.ts` is of `http`, `src/wiring.ts` of `wiring`, `tasks/deliver.ts` of `tasks`. */
const partOf = (path: string): string => /^src\/([^/.]+)/.exec(path)?.[1] ?? path.split('/')[0]!

const isOurs = ({ to }: Import) => to.startsWith('src/') || to.startsWith('tasks/')

const show = ({ from, to }: Import) => `${from} imports ${to}`

const directions = suite('imports')

for (const part of [...new Set(sources.map(({ path }) => partOf(path)))]) {
  directions(`of ${part} go only where the arrow allows`, () => {
    const permitted = allowed[part]
    assert.ok(permitted, `src/${part} is not in the map of folders; add it here with what it may import`)
    const wrong = imports.filter((each) => partOf(each.from) === part && isOurs(each) && partOf(each.to) !== part && !permitted.includes(partOf(each.to)))
    assert.equal(wrong.map(show), [])
  })
}

directions('have no cycle', () => assert.equal(findCycle(imports), []))

directions('end where a file is', () => {
  const paths = new Set([...sources, ...filesBelow('src/admin', '.graphql')].map(({ path }) => path))
  assert.equal(imports.filter((each) => isOurs(each) && !/\.(css|svg)$/.test(each.to) && !paths.has(each.to)).map(show), [])
})

directions('reach the wiring from cli, tasks and index alone', () => {
  const wrong = imports.filter(({ from, to }) => partOf(to) === 'wiring' && isOurs({ from, to, isType: false }) && !['cli', 'tasks', 'index', 'wiring'].includes(partOf(from)))
  assert.equal(wrong.map(show), [])
})

for (const [name, parts] of Object.entries(reserved)) {
  directions(`of ${name} are in src/${parts.join(', ')} alone, types aside`, () => {
    const wrong = imports.filter(({ from, to, isType }) => to === name && !isType && !parts.includes(partOf(from)))
    assert.equal(wrong.map(show), [])
  })
}

directions('of core are no packages, and of Node only what computes', () => {
  const pure = ['node:buffer', 'node:crypto', 'node:net', 'node:url']
  const wrong = imports.filter((each) => partOf(each.from) === 'core' && !isOurs(each) && !pure.includes(each.to))
  assert.equal(wrong.map(show), [])
})

directions.run()

const guard = suite('the guard of imports')

guard('reads imports, re-exports and imports on demand', () => {
  const text = `import a from './a.ts'\nimport type { B } from '../b.ts'\nimport {\n  c,\n} from 'pg'\nexport { d } from './d.ts'\nconst e = () => import('./e.ts')\n// import f from './f.ts'\n`
  assert.equal(
    readImports([{ path: 'src/x/y.ts', text }]).map(({ to, isType }) => [to, isType]),
    [['src/x/a.ts', false], ['src/b.ts', true], ['pg', false], ['src/x/d.ts', false], ['src/x/e.ts', false]],
  )
})

guard('finds a cycle', () => {
  const chain = ['ab', 'bc', 'cb'].map((pair) => ({ from: pair[0]!, to: pair[1]!, isType: false }))
  assert.equal(findCycle(chain), ['b', 'c', 'b'])
  assert.equal(findCycle(chain.slice(0, 2)), [])
})

guard.run()
