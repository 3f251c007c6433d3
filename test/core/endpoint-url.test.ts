import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy } from '../../src/core/address.ts'
import { endpointUrlProblems, parseEndpointUrl } from '../../src/core/endpoint-url.ts'

const strict = addressPolicy()
const http = addressPolicy({ allowHttp: true })
const rules = (url: string, policy = strict) => endpointUrlProblems(url, policy).map(({ rule }) => rule)

const urls = suite('endpoint URLs')

// Verdicts assume that http and the four usual ports are allowed. In the file \u escapes and backslashes are escaped once more.
type Case = { url: string; verdict: string }
const corpus = JSON.parse(readFileSync(new URL('../testdata/ssrf-urls.json', import.meta.url), 'utf8')) as Case[]
for (const [index, { url, verdict }] of corpus.entries()) {
  urls(`corpus ${index}: ${JSON.stringify(url)} is ${verdict}`, () => {
    const raw = JSON.parse(`"${url}"`) as string
    const broken = rules(raw, http)
    if (verdict.startsWith('deny:')) assert.ok(broken.some((rule) => `deny:${rule}` === verdict), `broke ${broken.join(', ') || 'nothing'}`)
    else assert.equal(broken, [])
  })
}

urls('must be https, unless http is allowed', () => {
  assert.equal(rules('http://example.com/'), ['scheme'])
  assert.equal(rules('https://example.com/'), [])
  assert.equal(rules('http://example.com/', http), [])
  assert.equal(rules('ftp://example.com/', http), ['scheme'])
})

urls('may have 2,048 characters', () => {
  const url = `https://example.com/${'a'.repeat(2028)}`
  assert.equal(rules(url), [])
  assert.equal(rules(`${url}a`), ['length'])
})

urls('tell all that is wrong at once, each with code, reason and advice', () => {
  const problems = endpointUrlProblems('http://user:pw@localhost:22/', strict)
  assert.equal(problems.map(({ rule, code }) => [rule, code]), [['scheme', 'WHURL'], ['userinfo', 'WHURL'], ['port', 'WHPRT'], ['name', 'WHADR']])
  for (const { message, detail, hint } of problems) assert.ok(message && detail && hint)
  assert.not.match(JSON.stringify(problems), 'pw')
})

urls('may name local hosts where the operator opened networks, and still no closed address', () => {
  const demo = addressPolicy({ allowHttp: true, allowNets: ['127.0.0.0/8', '::1'], allowPorts: 'any' })
  for (const url of ['http://localhost:3000/', 'http://127.0.0.1:1/', 'http://[::1]:9/', 'http://receiver/']) assert.equal(rules(url, demo), [])
  for (const url of ['http://10.0.0.1/', 'http://169.254.169.254/', 'http://[::2]/']) assert.equal(rules(url, demo), ['ip'])
})

urls('use the ports that the operator named', () => {
  const policy = addressPolicy({ allowPorts: [443, 9443] })
  assert.equal(rules('https://example.com:9443/', policy), [])
  assert.equal(rules('https://example.com:8443/', policy), ['port'])
})

urls('are taken apart into host and port as they will be connected', () => {
  const { host, port } = parseEndpointUrl('https://EXÄMPLE.com./x', strict)
  assert.equal([host, port], ['xn--exmple-cua.com', 443])
  assert.is(parseEndpointUrl('http://[2001:4860:4860:0::8888]:8080/', http).host, '2001:4860:4860::8888')
})

urls.run()
