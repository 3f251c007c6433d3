/** The configuration: defaults, every problem at once, and no secret in a complaint. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConfig } from '../../src/config/load.ts'
import { RowhookError } from '../../src/core/errors.ts'

const complaints = (env: Record<string, string>): string[] => {
  try {
    loadConfig(env)
  } catch (error) {
    assert.instance(error, RowhookError)
    assert.is((error as RowhookError).code, 'WHCFG')
    return (error as RowhookError).detail!.split('\n')
  }
  return []
}

const config = suite('the configuration')

config('has a default for everything', () => {
  const { databaseUrl, home, host, port, graphiql, allowPorts, maxAttempts, concurrency, outboundEnabled, logLevel } = loadConfig({})
  assert.equal(
    { databaseUrl, home, host, port, graphiql, allowPorts, maxAttempts, concurrency, outboundEnabled, logLevel },
    {
      databaseUrl: undefined,
      home: '.rowhook',
      host: '127.0.0.1', // nobody else reaches it unasked
      port: 5080,
      graphiql: true,
      allowPorts: [443, 80, 8443, 8080],
      maxAttempts: 5,
      concurrency: 1000,
      outboundEnabled: true,
      logLevel: 'info',
    },
  )
})

config('reads numbers, flags, lists and keys', () => {
  const key = Buffer.alloc(32, 7)
  const read = loadConfig({
    DATABASE_URL: 'postgres://u:p@db/x',
    PORT: '0',
    WEBHOOK_ALLOW_HTTP: 'TRUE',
    WEBHOOK_ALLOW_NETS: '10.1.0.0/16, fd00::/8 192.168.1.4',
    WEBHOOK_SECRETS_KEY: `${key.toString('base64')}, ${key.toString('hex')}`,
    PUBLIC_PATH: '/hooks/',
  })
  assert.equal([read.port, read.allowHttp, read.graphiql, read.publicPath], [0, true, false, '/hooks'])
  assert.equal(read.allowNets, ['10.1.0.0/16', 'fd00::/8', '192.168.1.4'])
  assert.equal(read.secretsKeys, [key, key])
})

config('takes an empty variable for one that is not set', () => {
  assert.equal(loadConfig({ PORT: ' ', DATABASE_URL: '', GRAPHIQL: '' }), loadConfig({}))
})

config('cannot be changed', () => {
  const read = loadConfig({})
  assert.throws(() => Object.assign(read, { port: 1 }))
  assert.throws(() => (read.allowPorts as number[]).push(22))
})

config('reports every problem at once', () => {
  const found = complaints({ PORT: '70000', WEBHOOK_TIMEOUT_MS: '500', WEBHOOK_ALLOW_PORTS: '443,x', GRAPHIQL: 'maybe', WEBHOOK_URLS: 'https://a.example' })
  assert.equal(found, [
    'PORT must be a whole number from 0 to 65535, not "70000"',
    'GRAPHIQL must be true or false, not "maybe"',
    'WEBHOOK_TIMEOUT_MS must be a whole number from 1000 to 20000, not "500"',
    'WEBHOOK_ALLOW_PORTS must be ports from 1 to 65535, not "x"',
    'WEBHOOK_SECRET must be set, because WEBHOOK_URLS is',
  ])
})

config('refuses what does not go together', () => {
  const secret = 'x'.repeat(40)
  assert.equal(complaints({ JWT_SECRET: secret, JWKS_URL: 'https://id.example/jwks' }), ['JWKS_URL cannot be set together with JWT_SECRET'])
  assert.equal(complaints({ WEBHOOK_URLS: 'https://a.example/' }), ['WEBHOOK_SECRET must be set, because WEBHOOK_URLS is'])
})

config('takes keys for tokens from nobody who cannot prove who he is', () => {
  for (const url of ['https://id.example/jwks', 'file:///etc/jwks.json', 'http://127.0.0.1:8080/jwks', 'http://[::1]/jwks']) assert.equal(complaints({ JWKS_URL: url }), [])
  for (const url of ['http://id.example/jwks', 'http://127.0.0.1.example/jwks', 'ftp://127.0.0.1/', 'jwks']) {
    assert.equal(complaints({ JWKS_URL: url }), ['JWKS_URL must be a URL that begins with https:// or file:// (http:// for this machine alone)'])
  }
})

config('never repeats a password, a key or a secret', () => {
  const found = complaints({
    DATABASE_URL: 'mysql://u:hunter2@db/x',
    JWT_SECRET: 'hunter2',
    WEBHOOK_SECRETS_KEY: 'hunter2',
    WEBHOOK_SECRET: 'hunter2',
    SMTP_URL: 'http://u:hunter2@mail',
  })
  assert.is(found.length, 5)
  assert.not.match(found.join(), 'hunter2')
})

for (const network of ['10.0.0.0/33', '10.0.0', 'fd00::/129', 'example.com', '10.0.0.0/8/8', '10.0.0.0/-1']) {
  config(`refuses ${network} as a network`, () => {
    assert.is(complaints({ WEBHOOK_ALLOW_NETS: network }).length, 1)
  })
}

config.run()
