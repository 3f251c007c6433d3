/** `rowhook listen`: what it answers, what it prints, and how it ends. */
import { createServer } from 'node:http'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sign } from '../../src/core/signature.ts'
import { endPrograms, runCommand, startCommand } from '../support/command.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const body = '{"type":"sale.created","data":{"total":"1500.00"}}'

const start = async (...args: string[]) => {
  const listener = startCommand(['listen', '--port', '0', ...args])
  const [, url] = await listener.says(/Listening on (\S+)/)
  const post = (id: string, key = secret) => {
    const timestampSeconds = Math.floor(Date.now() / 1000)
    const signature = sign({ id, timestampSeconds, body, secrets: [key] })
    const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampSeconds), 'webhook-signature': signature, 'x-event': 'sale.created' }
    return fetch(url!, { method: 'POST', body, headers })
  }
  return { listener, post }
}

const other = 'whsec_plJ3nmyCDGBKInavdOK15jsl3dTQm2Zh'

const listening = suite('rowhook listen')

listening('verifies what comes, prints it, and goes on until told to stop', async () => {
  const { listener, post } = await start('--secret', secret)
  assert.is((await post('evt_1')).status, 200)
  await listener.says(/sale\.created evt_1 {2}verified, answered 200\n {2}\{"type":"sale\.created","data":\{"total":"1500\.00"\}\}/)
  assert.is((await post('evt_1')).status, 200)
  await listener.says(/evt_1 {2}verified, answered 200, seen before/)
  listener.kill('SIGINT')
  const { code, signal, stderr } = await listener.ended
  assert.equal([code, signal, stderr], [0, null, ''])
})

listening('answers 401 to a wrong signature, and says why', async () => {
  const { listener, post } = await start('--secret', secret, '--once')
  assert.is((await post('evt_2', other)).status, 401)
  const { code, stdout } = await listener.ended
  assert.is(code, 1)
  assert.match(stdout, 'evt_2  NOT VERIFIED: The webhook signature does not match.')
})

listening('takes several secrets, as in a rotation', async () => {
  const { listener, post } = await start('--secret', secret, '--secret', other, '--once')
  assert.is((await post('evt_3', other)).status, 200)
  assert.is((await listener.ended).code, 0)
})

listening('without a secret prints and does not pretend to have checked', async () => {
  const { listener, post } = await start('--once')
  assert.is((await post('evt_4')).status, 200)
  const { code, stdout } = await listener.ended
  assert.is(code, 0)
  assert.match(stdout, 'evt_4  not checked')
})

listening('plays a receiver that fails, slowly', async () => {
  const { listener, post } = await start('--secret', secret, '--status', '503', '--delay', '300', '--once')
  const startedMs = performance.now()
  assert.is((await post('evt_5')).status, 503)
  assert.ok(performance.now() - startedMs >= 290)
  assert.match((await listener.ended).stdout, 'verified, answered 503')
})

listening('shows control characters instead of obeying them', async () => {
  const { listener } = await start('--once')
  const [, url] = await listener.says(/Listening on (\S+)/)
  await fetch(url!, { method: 'POST', body: '\u001b[2Jgone' })
  assert.match((await listener.ended).stdout, String.raw`\u001b[2Jgone`)
})

listening('says when its port is taken', async () => {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as { port: number }
  const { code, stderr } = await runCommand(['listen', '--port', String(port)])
  server.close()
  assert.is(code, 1)
  assert.match(stderr, /Another program listens there\.\n.*--port\.\nCode: WHLIS/)
})

listening('refuses a secret and a status that are none', async () => {
  const wrong = await runCommand(['listen', '--secret', 'whsec_short'])
  assert.is(wrong.code, 1)
  assert.match(wrong.stderr, 'Code: WHSEC')
  assert.not.match(wrong.stderr, 'whsec_short')
  assert.is((await runCommand(['listen', '--status', '99'])).code, 2)
})

listening.after(endPrograms)
listening.run()
