import { BlockList } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy, type AddressPolicy } from '../../src/core/address.ts'
import { createSender } from '../../src/http/sender.ts'
import { closeServers, httpServer, loopbackPolicy } from './support/loopback.ts'

const fails = (code: string) => Promise.reject(Object.assign(new Error('10.0.0.53 says no'), { code }))
const never = () => new Promise<never>(() => {})

/** Sends to a name that the script resolves. */
const outcomeOf = async (resolve: (name: string) => Promise<readonly string[]>, port = 80, policy: AddressPolicy = loopbackPolicy) => {
  const sender = createSender({ policy, resolver: { resolve } })
  const { outcome, durationMs } = await sender.send({ url: `http://hooks.example.com:${port}/`, headers: [], body: '{}', timeoutMs: 300 })
  await sender.close()
  return { outcome, durationMs }
}

const hostile = suite('hostile DNS')

hostile('that fails is told by its code, and by nothing of the name server', async () => {
  for (const code of ['ENOTFOUND', 'ESERVFAIL', 'ETIMEOUT', 'ENODATA']) {
    assert.equal((await outcomeOf(() => fails(code))).outcome, { kind: 'unreachable', reason: 'dns', code })
  }
  assert.equal((await outcomeOf(async () => [])).outcome, { kind: 'unreachable', reason: 'dns', code: 'ENODATA' })
  assert.equal((await outcomeOf(() => Promise.reject(new Error('10.0.0.53 is odd')))).outcome, { kind: 'unreachable', reason: 'dns' })
})

hostile('that never answers runs into the deadline', async () => {
  const { outcome, durationMs } = await outcomeOf(never)
  assert.equal(outcome, { kind: 'unreachable', reason: 'timeout', code: 'CONNECT_TIMEOUT' })
  assert.ok(durationMs >= 295 && durationMs < 900, `took ${durationMs} ms`)
})

hostile('that answers with an address that is not allowed is blocked, and told without it', async () => {
  for (const address of ['10.0.0.1', '169.254.169.254', '::ffff:10.0.0.1', 'fe80::1%eth0', 'rubbish', '0.0.0.0']) {
    assert.equal((await outcomeOf(async () => [address])).outcome, { kind: 'unreachable', reason: 'blocked' }, address)
  }
})

hostile('that hides such an address among good ones is blocked', async () => {
  const server = await httpServer((_, response) => response.end())
  assert.is((await outcomeOf(async () => ['127.0.0.1'], server.port)).outcome.kind, 'accepted')
  for (const addresses of [['127.0.0.1', '10.0.0.1'], ['10.0.0.1', '127.0.0.1'], ['127.0.0.1', 'fd00::1']]) {
    assert.equal((await outcomeOf(async () => addresses, server.port)).outcome, { kind: 'unreachable', reason: 'blocked' })
  }
})

hostile('that rebinds between two requests is blocked as soon as it is connected again', async () => {
  const server = await httpServer((_, response) => response.writeHead(200, { connection: 'close' }).end())
  const answers = [['127.0.0.1'], ['169.254.169.254']]
  const sender = createSender({ policy: loopbackPolicy, resolver: { resolve: async () => answers.shift() ?? [] } })
  const post = async () => (await sender.send({ url: `http://hooks.example.com:${server.port}/`, headers: [], body: '', timeoutMs: 2_000 })).outcome
  assert.equal(await post(), { kind: 'accepted', status: 200 })
  assert.equal(await post(), { kind: 'unreachable', reason: 'blocked' })
  await sender.close()
})

hostile('that gets past the check of its answer still meets the check of the connected socket', async () => {
  let requests = 0
  const server = await httpServer((_, response) => response.end(String(++requests)))
  // Loopback is allowed for the first question (the answer of DNS) and closed for the second (the socket).
  const closed = new BlockList()
  let questions = 0
  const policy: AddressPolicy = {
    ...loopbackPolicy,
    get allowNets() {
      return new Proxy(loopbackPolicy.allowNets, {
        get: (open, key) => (key === 'check' ? (...question: [string]) => (questions++ === 0 ? open : closed).check(...question) : Reflect.get(open, key)),
      })
    },
  }
  assert.equal((await outcomeOf(async () => ['127.0.0.1'], server.port, policy)).outcome, { kind: 'unreachable', reason: 'blocked' })
  assert.equal([questions, requests], [2, 0])
})

hostile('is not asked for an address, which is judged as it stands', async () => {
  let asked = 0
  const sender = createSender({ policy: addressPolicy({ allowHttp: true }), resolver: { resolve: async () => (asked++, ['8.8.8.8']) } })
  for (const url of ['http://127.0.0.1/', 'http://2130706433/', 'http://0x7f.1/', 'http://[::1]/', 'http://[::ffff:127.0.0.1]/']) {
    const { outcome } = await sender.send({ url, headers: [], body: '', timeoutMs: 300 })
    assert.equal(outcome, { kind: 'unreachable', reason: 'blocked', code: 'WHADR', literal: true }, url)
  }
  assert.is(asked, 0)
  await sender.close()
})

hostile.after.each(closeServers)
hostile.run()
