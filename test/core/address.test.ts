import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { addressPolicy, isAllowedAddress } from '../../src/core/address.ts'
import { endpointUrlProblems } from '../../src/core/endpoint-url.ts'
import type { RowhookError } from '../../src/core/errors.ts'

const strict = addressPolicy()
const http = addressPolicy({ allowHttp: true })

// ipaddr.js as the second opinion. It has no range for these; the list here is written apart from the one under test.
const EXTRA_4 = ['192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.175.48.0/24', '192.0.0.0/24', '168.63.129.16/32', '198.18.0.0/15']
const EXTRA_6 = ['2001::/23', '3fff::/20', '2620:4f:8000::/48', '2001:db8::/32', '2002::/16']
const inAny = (address: ipaddr.IPv4 | ipaddr.IPv6, nets: string[]) =>
  nets.some((net) => {
    const [range, bits] = ipaddr.parseCIDR(net)
    return range.kind() === address.kind() && address.match(range, bits)
  })
const isPublic = (text: string): boolean => {
  const address = ipaddr.parse(text)
  if (address.kind() === 'ipv4') return address.range() === 'unicast' && !inAny(address, EXTRA_4)
  return address.range() === 'unicast' && inAny(address, ['2000::/3']) && !inAny(address, EXTRA_6)
}

// Random addresses hardly ever hit a small block, so that half of them begin with the bytes of one.
const edges4 = ['0', '10', '100.64', '100.127', '127', '169.254', '172.16', '172.31', '172.32', '192.0.0', '192.0.2', '192.31.196', '192.52.193', '192.88.99', '192.168', '192.175.48', '198.18', '198.51.100', '203.0.113', '224', '240', '168.63.129']
const ipv4 = fc
  .tuple(fc.option(fc.constantFrom(...edges4)), fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 }))
  .map(([start, random]) => [...(start ?? '').split('.').filter(Boolean).map(Number), ...random].slice(0, 4))
const edges6 = ['2001:0', '2001:1ff', '2001:200', '2001:db8', '2002:a9fe', '3fff:0', '3fff:fff', '2620:4f:8000', 'fc00', 'fe80', 'ff02', '64:ff9b', '0:0:0:0:0:ffff', '100', '2600', '4000', '5f00']
const ipv6 = fc
  .tuple(fc.option(fc.constantFrom(...edges6)), fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }))
  .map(([start, random]) => [...(start ?? '').split(':').filter(Boolean), ...random.map((group) => group.toString(16))].slice(0, 8).join(':'))

// Every way in which inet_aton, and so the URL parser, lets one write an IPv4 address.
const number = (value: number, base: 'dec' | 'hex' | 'HEX' | 'oct', zeros: number) =>
  base === 'dec' ? String(value) : base === 'oct' ? `0${'0'.repeat(zeros)}${value.toString(8)}` : `0${base === 'hex' ? 'x' : 'X'}${'0'.repeat(zeros)}${value.toString(16)}`
const wide = (text: string) => text.replace(/[0-9a-fx.]/g, (char) => (char === '.' ? '。' : String.fromCharCode(char.charCodeAt(0) + 0xfee0)))
const percent = (text: string) => text.replace(/./g, (char) => `%${char.charCodeAt(0).toString(16)}`)
const spelling4 = fc
  .record({ bytes: ipv4, parts: fc.integer({ min: 1, max: 4 }), bases: fc.array(fc.constantFrom('dec' as const, 'hex' as const, 'HEX' as const, 'oct' as const), { minLength: 4, maxLength: 4 }), zeros: fc.nat(5), dot: fc.boolean(), dress: fc.constantFrom((text: string) => text, wide, percent) })
  .map(({ bytes, parts, bases, zeros, dot, dress }) => {
    const last = bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0)
    const values = [...bytes.slice(0, parts - 1), last]
    const host = values.map((value, index) => number(value, bases[index] ?? 'dec', zeros)).join('.') + (dot ? '.' : '')
    return { address: bytes.join('.'), url: `http://${dress(host)}/` }
  })

const addresses = suite('addresses')

addresses('are judged like the reference judges them, IPv4', () => {
  fc.assert(fc.property(ipv4, (bytes) => assert.is(isAllowedAddress(bytes.join('.'), strict), isPublic(bytes.join('.')), bytes.join('.'))), { numRuns: 3000 })
})

addresses('are judged like the reference judges them, IPv6', () => {
  fc.assert(fc.property(ipv6, (text) => assert.is(isAllowedAddress(text, strict), isPublic(text), text)), { numRuns: 3000 })
})

addresses('are recognised in every spelling of IPv4 in a URL', () => {
  fc.assert(
    fc.property(spelling4, ({ address, url }) => {
      assert.equal(endpointUrlProblems(url, http).map(({ rule }) => rule), isPublic(address) ? [] : ['ip'], `${url} is ${address}`)
    }),
    { numRuns: 3000 },
  )
})

addresses('of IPv4 in IPv6 are never public', () => {
  fc.assert(
    fc.property(ipv4, fc.constantFrom('::ffff:', '::', '64:ff9b::', '64:ff9b:1::'), (bytes, prefix) => {
      assert.equal(endpointUrlProblems(`http://[${prefix}${bytes.join('.')}]/`, http).map(({ rule }) => rule), ['ip'])
    }),
  )
})

addresses('with a zone, and texts that are none, are not allowed', () => {
  for (const text of ['', 'example.com', '127.1', 'fe80::1%eth0', '2606:4700::1%1', ' 8.8.8.8']) assert.not.ok(isAllowedAddress(text, strict), text)
  assert.ok(isAllowedAddress('8.8.8.8', strict))
})

addresses('in networks that the operator opened are allowed, others stay closed', () => {
  const policy = addressPolicy({ allowNets: ['10.1.0.0/16', '192.168.1.7', 'fd00:1::/64'] })
  for (const address of ['10.1.255.1', '192.168.1.7', 'fd00:1::9', '8.8.8.8']) assert.ok(isAllowedAddress(address, policy), address)
  for (const address of ['10.2.0.1', '192.168.1.8', 'fd00:2::9', '127.0.0.1']) assert.not.ok(isAllowedAddress(address, policy), address)
})

addresses('given as networks that are none are all named in one error', () => {
  try {
    addressPolicy({ allowNets: ['10.0.0.0/8', '10.0.0.0/33', 'localhost', '::1/129', 'fe80::1%lo', '1.2.3.4/8/9'] })
    assert.unreachable()
  } catch (error) {
    assert.is((error as RowhookError).code, 'WHNET')
    for (const each of ['10.0.0.0/33', 'localhost', '::1/129', 'fe80::1%lo', '1.2.3.4/8/9']) assert.match((error as RowhookError).message, each)
    assert.not.match((error as RowhookError).message, '10.0.0.0/8')
  }
})

addresses.run()
