/** The receivers that the page shows are run, and given a request that was really delivered. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { ReceivedRequest } from '../../support/receiver.ts'
import { waitFor } from '../../support/wait.ts'
import type { World } from '../support/world.ts'
import type { Case } from './case.ts'

type Shown = { readonly code: string; readonly file: string; readonly secret: string; readonly secretName: string; readonly path: string; readonly genuine: ReceivedRequest }

const isThere = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

const isListening = (port: number) => new Promise<boolean>((done) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); done(true) }).on('error', () => done(false))
})

const headersOf = ({ headers }: ReceivedRequest, change: Record<string, string> = {}): Record<string, string> => {
  const sent = Object.entries(headers).filter(([name]) => /^(webhook-|x-|content-type$)/.test(name)).map(([name, value]) => [name, String(value)])
  return { ...Object.fromEntries(sent), ...change }
}

/** What has to be let in and what not. */
type Sent = readonly [name: string, path: string, headers: Record<string, string>, body: string, isGood: boolean]

const requestsOf = ({ genuine, path }: Shown): readonly Sent[] => {
  const isStandard = genuine.headers['webhook-id'] !== undefined
  const body = genuine.body.toString()
  const forged = body.replace('"data"', '"dota"')
  assert.is.not(forged, body)
  return [
    ['genuine', path, headersOf(genuine), body, true],
    ['with another body', path, headersOf(genuine), forged, false],
    ['with no signature', path, { 'content-type': 'application/json' }, body, false],
    ...(isStandard
      ? ([
          ['of a rotation', path, headersOf(genuine, { 'webhook-signature': `v1,AAAA ${String(genuine.headers['webhook-signature'])}` }), body, true],
          ['with another time', path, headersOf(genuine, { 'webhook-timestamp': String(Number(genuine.headers['webhook-timestamp']) - 1) }), body, false],
          ['with another id', path, headersOf(genuine, { 'webhook-id': 'another' }), body, false],
        ] satisfies Sent[])
      : []),
  ]
}

/** `go run` starts what it has built as a process of its own: the whole group ends. */
const stop = async (child: ChildProcess) => {
  const ended = new Promise((done) => child.once('exit', done))
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  process.kill(-child.pid, 'SIGKILL')
  await ended
}

/** A receiver that listens: the file is started, and each request sent to it. */
const byHttp = (program: string, args: (file: string, port: number) => readonly string[]) => async (shown: Shown, file: string): Promise<void> => {
  const port = await freePort()
  const child = spawn(program, args(file, port), { env: { ...process.env, [shown.secretName]: shown.secret, PORT: String(port) }, detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  try {
    await waitFor(async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended: ${said}`)
      return isListening(port)
    }, { what: `${program} to listen`, deadlineMs: 60_000 })
    for (const [name, path, headers, body, isGood] of requestsOf(shown)) {
      const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })
      assert.is(status, isGood ? 204 : 401, `${program}: a request ${name} ${said}`)
    }
    assert.is((await fetch(`http://127.0.0.1:${port}/elsewhere`, { method: 'POST', body: '{}' })).status, 404, program)
  } finally {
    await stop(child)
  }
}

/** A Rack application without a server: called with the environment that a server would make. */
const RACK = `require "json"; require "stringio"
def run(app) = $app = app
eval File.read(ARGV[0]), TOPLEVEL_BINDING, ARGV[0]
request = JSON.parse(STDIN.read)
env = request["headers"].to_h { |name, value| ["HTTP_" + name.upcase.tr("-", "_"), value] }
status, = $app.call(env.merge("REQUEST_METHOD" => "POST", "PATH_INFO" => request["path"], "rack.input" => StringIO.new(request["body"])))
warn "status #{status}"`

const byRack = async (shown: Shown, file: string): Promise<void> => {
  for (const [name, path, headers, body, isGood] of requestsOf(shown)) {
    const { stderr } = spawnSync('ruby', ['-e', RACK, file], { input: JSON.stringify({ path, headers, body }), encoding: 'utf8', env: { ...process.env, [shown.secretName]: shown.secret } })
    assert.match(stderr, `status ${isGood ? 204 : 401}`, `ruby: a request ${name}`)
  }
}

const byShell = async (shown: Shown, file: string): Promise<void> => {
  for (const [name, , headers, body, isGood] of requestsOf(shown)) {
    const names = shown.genuine.headers['webhook-id'] === undefined ? ['x-signature'] : ['webhook-id', 'webhook-timestamp', 'webhook-signature']
    const { status, stdout, stderr } = spawnSync('sh', [file, ...names.map((each) => headers[each] ?? '')], { input: body, encoding: 'utf8', env: { ...process.env, [shown.secretName]: shown.secret } })
    assert.equal([status === 0, stdout.trim()], isGood ? [true, 'genuine'] : [false, ''], `sh: a request ${name} ${stderr}`)
  }
}

/** Each language as its tab is called; `isHere` where it can be run. */
const languages: readonly { readonly name: string; readonly isHere: () => boolean; readonly run: (shown: Shown, file: string) => Promise<void> }[] = [
  { name: 'Node', isHere: () => true, run: byHttp(process.execPath, (file) => [file]) },
  { name: 'Shell', isHere: () => isThere('openssl', 'version'), run: byShell },
  { name: 'Python', isHere: () => isThere('python3', '--version'), run: byHttp('python3', (file) => [file]) },
  { name: 'Go', isHere: () => isThere('go', 'version'), run: byHttp('go', (file) => ['run', file]) },
  { name: 'Ruby', isHere: () => isThere('ruby', '--version'), run: byRack },
  { name: 'PHP', isHere: () => isThere('php', '--version'), run: byHttp('php', (file, port) => ['-S', `127.0.0.1:${port}`, file]) },
]

const runAll = async ({ open, db, receiver, tenant }: World, profile: 'standard' | 'legacy') => {
  const { rows: [{ id }] } = await db.pool.query(`insert into webhooks.endpoints (tenant_id, name, url, events, signature_profile) values ($1, 'Ventas año 1', $2, '{user.deleted}', $3) returning id`, [tenant, `${receiver.url}in/here`, profile])
  const { rows: [{ secret }] } = await db.pool.query('select secret from webhooks_private.endpoint_secrets where endpoint_id = $1', [id])
  const before = receiver.requests.length
  await db.pool.query(`select webhooks.send_test($1)`, [id])
  const genuine = await waitFor(() => receiver.requests.slice(before).find(({ path }) => path === '/in/here'), { what: 'the test' })
  const page = await open(`/endpoints/${id}`)
  const card = page.getByRole('region', { name: 'Verify in your code' })
  const folder = mkdtempSync(join(tmpdir(), 'rowhook-snippets-'))
  const missing: string[] = []
  try {
    for (const { name, isHere, run } of languages) {
      await card.getByText(name, { exact: true }).click()
      const code = await card.getByRole('region', { name }).innerText()
      const file = await card.locator('code').first().innerText()
      assert.match(code, 'VENTAS_ANO_1_WEBHOOK_SECRET')
      if (!isHere()) {
        missing.push(name)
        continue
      }
      writeFileSync(join(folder, file), `${code}\n`)
      await run({ code, file, secret, secretName: 'VENTAS_ANO_1_WEBHOOK_SECRET', path: '/in/here', genuine }, join(folder, file))
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (missing.length > 0) process.stderr.write(`\n*** NOT RUN, because this machine cannot: the receivers in ${missing.join(', ')} (${profile}). ***\n`)
  await db.pool.query('delete from webhooks.endpoints where id = $1', [id])
}

export const snippets: readonly Case[] = [
  { name: 'the receivers that are shown let in what was delivered, and nothing that was changed', run: (world) => runAll(world, 'standard') },
  { name: 'so do those for the legacy signature', run: (world) => runAll(world, 'legacy') },
]
