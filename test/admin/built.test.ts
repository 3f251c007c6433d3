/** The admin page as it is built and served: small, strict, under any path; its texts in every language. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, get, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { adminFolder, packageRoot } from '../../src/config/package.ts'
import { en } from '../../src/admin/i18n/en/index.ts'
import { languages } from '../../src/admin/i18n/languages.ts'
import { createAdminPage } from '../../src/server/admin-page.ts'
import { filesBelow } from '../support/source.ts'

spawnSync(process.execPath, [join(packageRoot, 'ops/admin-page.mjs'), '--if-changed'])

const serve = async (publicPath: string): Promise<{ server: Server; url: string }> => {
  const route = createAdminPage({ folder: adminFolder, publicPath })!
  const server = createServer((request, response) => {
    void Promise.resolve(route(request, response, request.url!.replace(/\?.*$/, ''))).then((isIts) => isIts || response.writeHead(418).end())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const { server, url } = await serve('/hooks')
const spanish = await languages.es.load()

const built = suite('the built admin page')

built.after(() => void server.close())

const files = readdirSync(join(adminFolder, 'assets'))
const gzipped = (name: string) => gzipSync(readFileSync(join(adminFolder, 'assets', name)), { level: 9 }).length

built('loads less than 250 KB gzipped, its largest page included', () => {
  const html = readFileSync(join(adminFolder, 'index.html'), 'utf8')
  const first = files.filter((name) => html.includes(name))
  const pages = files.filter((name) => /^page-.*\.(js|css)$/.test(name)).map(gzipped)
  assert.ok(first.length >= 2)
  const total = first.reduce((sum, name) => sum + gzipped(name), 0) + Math.max(...pages)
  assert.ok(total < 250_000, `${total} bytes`)
})

built('has no inline script or style, and asks no other origin', () => {
  const html = readFileSync(join(adminFolder, 'index.html'), 'utf8')
  assert.not.match(html, /<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=/)
  assert.equal([...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map((match) => match[1]!).filter((address) => !address.startsWith('./')), [])
})

built('is served under a policy that lets nothing else in, with another nonce each time', async () => {
  const answers = await Promise.all([1, 2].map(async () => fetch(`${url}/hooks/admin/`)))
  const policies = answers.map(({ headers }) => headers.get('content-security-policy')!)
  for (const policy of policies) {
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]{24}';/)
    assert.not.match(policy, /unsafe|\*|https?:/)
  }
  assert.is.not(policies[0], policies[1])
  assert.match(await answers[0]!.text(), /nonce-([\w+/=]+)/.exec(policies[0]!)![1]!)
})

built('knows its root from however far below, whatever a proxy has taken away', async () => {
  for (const [path, base] of [['', './'], ['deliveries', './'], ['deliveries/0190', '../'], ['a/b/c', '../../']] as const) {
    assert.match(await (await fetch(`${url}/hooks/admin/${path}`)).text(), `<base href="${base}" />`)
  }
  for (const path of ['/hooks/admin', '/hooks/']) {
    const { status, headers } = await fetch(url + path, { redirect: 'manual' })
    assert.equal([status, headers.get('location')], [302, 'admin/'])
  }
})

built('is kept by browsers for ever where its name bears a hash, and never else', async () => {
  const name = files.find((file) => file.endsWith('.js'))!
  const asset = await fetch(`${url}/hooks/admin/assets/${name}`, { headers: { 'accept-encoding': 'gzip' } })
  assert.is(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.is(asset.headers.get('content-encoding'), 'gzip')
  const again = await fetch(`${url}/hooks/admin/assets/${name}`, { headers: { 'if-none-match': asset.headers.get('etag')! } })
  assert.is(again.status, 304)
  await asset.arrayBuffer()
  for (const gone of ['gone.js', '..%2findex.html', '../index.html/..%2f']) assert.not.match((await fetch(`${url}/hooks/admin/assets/${gone}`)).headers.get('cache-control') ?? '', 'immutable')
  assert.is((await fetch(`${url}/hooks/admin/assets/gone.js`)).status, 404)
})

built('answers reading alone, and leaves other paths to others', async () => {
  assert.is((await fetch(`${url}/hooks/admin/`, { method: 'POST' })).status, 405)
  for (const path of ['/admin/', '/hooks/graphql', '/hooks/administration']) assert.is((await fetch(url + path)).status, 418)
})

built('comes packed as the same bytes', async () => {
  const name = files.find((file) => file.endsWith('.css'))!
  // fetch would unpack it.
  const response = await new Promise<IncomingMessage>((done) => get(`${url}/hooks/admin/assets/${name}`, { headers: { 'accept-encoding': 'gzip' } }, done))
  const body = Buffer.concat(await response.toArray() as Buffer[])
  assert.equal(gunzipSync(body), readFileSync(join(adminFolder, 'assets', name)))
})

built.run()

const texts = suite('the texts of the admin page')

type Leaf = readonly [path: string, value: unknown]
const leaves = (node: object, path = ''): Leaf[] => Object.entries(node).flatMap(([key, value]): Leaf[] => (typeof value === 'object' && value !== null ? leaves(value, `${path}${key}.`) : [[path + key, value]]))

texts('are the same in every language, and none is empty', () => {
  const shape = (node: object) => leaves(node).map(([path, value]) => `${path}: ${typeof value}`).filter((path) => !path.startsWith('errors.'))
  assert.equal(shape(spanish), shape(en))
  for (const [path, value] of [...leaves(en), ...leaves(spanish)]) assert.ok(typeof value === 'function' || (typeof value === 'string' && value.trim() !== ''), path)
})

texts('are translated', () => {
  const known = new Map(leaves(spanish))
  // What is the same in both: names, symbols, examples.
  const same = leaves(en).filter(([path, value]) => typeof value === 'string' && known.get(path) === value).map(([path]) => path)
  assert.equal(same.filter((path) => !['common.no', 'shell.name', 'shell.signIn.placeholder'].includes(path)), [])
})

texts('advise on each alert that the operating guide knows', () => {
  const guide = readFileSync(join(packageRoot, 'docs/operating.md'), 'utf8')
  const kinds = [...guide.matchAll(/^### ([a-z][a-z0-9_]+)$/gm)].map((match) => match[1]!)
  assert.ok(kinds.includes('dead_letters') && kinds.length > 10)
  assert.equal(Object.keys(en.alerts.kinds).toSorted(), kinds.toSorted())
})

/** Words between tags, and words in attributes that are read aloud or shown. */
const spoken = (source: string): string[] => {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
  const between = [...code.matchAll(/<\/?[\w.]+(?:\s[^<>]*)?>([^<>{}]*[A-Za-z]{3,}[^<>{}]*)<\//g)].map((match) => match[1]!.trim())
  const attributes = [...code.matchAll(/\b(?:aria-label|title|label|placeholder|alt)="([^"]*[A-Za-z]{2,}[^"]*)"/g)].map((match) => match[1]!)
  return [...between, ...attributes]
}

texts('are in no component', () => {
  const found = filesBelow('src/admin', '.tsx').flatMap(({ path, text }) => spoken(text).map((words) => `${path}: ${words}`))
  // A command, the same in every language.
  assert.equal(found.filter((line) => !line.includes('rowhook token')), [])
  assert.equal(spoken('<p title="Hello there">Some words</p>'), ['Some words', 'Hello there'])
})

texts.run()
