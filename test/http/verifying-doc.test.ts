import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { requestHeaders } from '../../src/core/headers.ts'
import { parseSecret } from '../../src/core/signature.ts'
import { createSender } from '../../src/http/sender.ts'
import { anyServer, closeServers, loopbackPolicy } from './support/loopback.ts'

const root = new URL('../../', import.meta.url)
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = '{"id":"evt_1","type":"sale.created","data":{"name":"Ñandú"}}'
const nowSeconds = Math.floor(Date.now() / 1000)
const list = requestHeaders({ profile: 'standard', userAgent: 'Rowhook/test', eventId: 'evt_1', eventType: 'sale.created', timestampSeconds: nowSeconds, body, secrets: [parseSecret(secret)] })
const headers: Record<string, string> = {}
for (let index = 0; index < list.length; index += 2) headers[list[index] as string] = list[index + 1] as string

let folder = ''
/** The nth JavaScript block of the page, as a module. */
const block = async <T>(index: number): Promise<T> => {
  const page = await readFile(new URL('docs/verifying.md', root), 'utf8')
  const source = [...page.matchAll(/```js\n(.*?)```/gs)][index]?.[1] ?? ''
  const file = join(folder, `block-${index}.mjs`)
  await writeFile(file, source.replace("'rowhook'", JSON.stringify(new URL('src/http/verify.ts', root).href)).replace('console.log', 'void '))
  return (await import(pathToFileURL(file).href)) as T
}

const page = suite('docs/verifying.md')

page.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rowhook-verifying-'))
  await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'))
})

page('shows a receiver that answers 204 to a signed request and 401 to another', async () => {
  const { server } = await block<{ server: Server }>(0)
  const { url } = await anyServer(server, 'http')
  const sender = createSender({ policy: loopbackPolicy })
  const post = async (sent: string) => (await sender.send({ url, headers: list, body: sent, timeoutMs: 5_000 })).outcome
  assert.equal(await post(body), { kind: 'accepted', status: 204 })
  assert.equal(await post(`${body} `), { kind: 'rejected', status: 401 })
  await sender.close()
})

page('shows how the official library verifies', async () => {
  const { read } = await block<{ read: (headers: object, body: string) => { id: string } }>(1)
  assert.is(read(headers, body).id, 'evt_1')
  assert.throws(() => read(headers, `${body} `))
})

page('shows how to verify by hand', async () => {
  const { isSigned } = await block<{ isSigned: (headers: object, body: string, secret: string, now?: number) => boolean }>(2)
  assert.ok(isSigned(headers, body, secret))
  assert.not.ok(isSigned(headers, `${body} `, secret))
  assert.not.ok(isSigned(headers, body, secret, nowSeconds + 400))
})

page('shows how to take x-signature alone', async () => {
  const { isFromShop } = await block<{ isFromShop: (headers: object, body: string, secret: string) => boolean }>(3)
  assert.ok(isFromShop({ 'x-signature': headers['x-signature'] }, body, secret))
  assert.throws(() => isFromShop({ 'x-signature': headers['x-signature'] }, `${body} `, secret))
})

page.after.each(closeServers)
page.after(() => rm(folder, { recursive: true, force: true }))
page.run()
