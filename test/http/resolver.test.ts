import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createResolver, parseHosts, type ResolverOptions } from '../../src/http/resolver.ts'
import { nameServer, type NameServer, type Script } from './support/name-server.ts'

let server: NameServer | undefined
const setUp = async (script: Script, options: ResolverOptions = {}, ttlSeconds?: number) => {
  server = await nameServer(script, ttlSeconds)
  return { resolver: createResolver({ servers: [server.address], hostsFile: '/nowhere', ...options }), questions: server.questions }
}
const both: Script = (_, type) => (type === 'A' ? ['192.0.2.1', '192.0.2.2'] : ['2001:db8::1'])
const codeOf = (found: Promise<unknown>) => found.then(() => 'resolved', (error: { code?: string }) => error.code)

const resolving = suite('resolver')

resolving('finds the addresses of both families', async () => {
  const { resolver } = await setUp(both)
  assert.equal((await resolver.resolve('hooks.example.com')).toSorted(), ['192.0.2.1', '192.0.2.2', '2001:db8::1'])
})

resolving('is content with one family, and waits briefly for the other', async () => {
  const noRecord = await setUp((_, type) => (type === 'A' ? ['192.0.2.1'] : []))
  assert.equal(await noRecord.resolver.resolve('a.example.com'), ['192.0.2.1'])
  await server?.close()
  const silent = await setUp((_, type) => (type === 'A' ? ['192.0.2.1'] : 'silence'))
  const startedMs = performance.now()
  assert.equal(await silent.resolver.resolve('a.example.com'), ['192.0.2.1'])
  assert.ok(performance.now() - startedMs < 1_500)
})

resolving('fails by the code of DNS', async () => {
  const { resolver } = await setUp((name) => (name.startsWith('no') ? 3 : name.startsWith('bad') ? 2 : []))
  assert.is(await codeOf(resolver.resolve('no.example.com')), 'ENOTFOUND')
  assert.is(await codeOf(resolver.resolve('bad.example.com')), 'ESERVFAIL')
  assert.is(await codeOf(resolver.resolve('empty.example.com')), 'ENODATA')
})

resolving('gives up on a silent name server at its deadline', async () => {
  const { resolver } = await setUp(() => 'silence', { deadlineMs: 200 })
  const startedMs = performance.now()
  assert.is(await codeOf(resolver.resolve('a.example.com')), 'ETIMEOUT')
  const tookMs = performance.now() - startedMs
  assert.ok(tookMs >= 195 && tookMs < 1_000, `took ${tookMs} ms`)
})

resolving('lets no silent name server hold up other names', async () => {
  const { resolver } = await setUp((name, type) => (name.startsWith('silent') ? 'silence' : both(name, type)), { deadlineMs: 2_000 })
  const silent = Array.from({ length: 50 }, (_, index) => codeOf(resolver.resolve(`silent${index}.example.com`)))
  const startedMs = performance.now()
  await resolver.resolve('fine.example.com')
  assert.ok(performance.now() - startedMs < 1_000)
  assert.ok((await Promise.all(silent)).every((code) => code === 'ETIMEOUT'))
})

resolving('asks once for all that wait, and keeps the answer', async () => {
  const { resolver, questions } = await setUp(both)
  await Promise.all(Array.from({ length: 20 }, () => resolver.resolve('hooks.example.com')))
  await resolver.resolve('hooks.example.com')
  assert.equal(questions.toSorted(), ['hooks.example.com A', 'hooks.example.com AAAA'])
})

resolving('keeps an answer no longer than its TTL, and than its own limit', async () => {
  const zero = await setUp(both, {}, 0)
  await zero.resolver.resolve('a.example.com')
  await zero.resolver.resolve('a.example.com')
  assert.is(zero.questions.length, 4)
  await server?.close()
  const limited = await setUp(both, { cacheMs: 0 })
  await limited.resolver.resolve('a.example.com')
  await limited.resolver.resolve('a.example.com')
  assert.is(limited.questions.length, 4)
})

resolving('looks into the hosts file first, and never asks for localhost', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rowhook-hosts-'))
  const hostsFile = join(folder, 'hosts')
  await writeFile(hostsFile, '10.0.0.7\tHooks.Example.com alias # comment\n')
  const { resolver, questions } = await setUp(both, { hostsFile })
  assert.equal(await resolver.resolve('hooks.example.com'), ['10.0.0.7'])
  assert.equal(await resolver.resolve('localhost'), ['127.0.0.1', '::1'])
  assert.equal(await resolver.resolve('a.localhost'), ['127.0.0.1', '::1'])
  assert.equal(questions, [])
  await rm(folder, { recursive: true })
})

resolving('reads hosts files with comments, several names, several lines and rubbish', () => {
  const hosts = parseHosts('# x\n127.0.0.1 localhost a\n::1 localhost\nrubbish b\nfe80::1%lo0 c\n\n1.2.3.4\n')
  assert.equal([...hosts], [['localhost', ['127.0.0.1', '::1']], ['a', ['127.0.0.1']]])
})

resolving.after.each(async () => {
  await server?.close().catch(() => {})
  server = undefined
})
resolving.run()
