/** docker-compose.yml and the Dockerfile, as far as they can be read without Docker. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { packageRoot } from '../../src/config/package.ts'

type Service = { image?: string; profiles?: string[]; volumes?: string[]; command?: string[]; healthcheck?: { test: string[] }; environment: Record<string, string>; depends_on?: Record<string, { condition: string }> }

const read = (name: string) => readFileSync(join(packageRoot, name), 'utf8')

const { services } = parse(read('docker-compose.yml'), { merge: true }) as { services: Record<string, Service> }

const compose = suite('docker-compose.yml')

compose('runs PostgreSQL 18, the migrations, a worker and the server', () => {
  assert.is(services['postgres']?.image, 'postgres:18')
  assert.equal(
    ['migrate', 'worker', 'server'].map((name) => services[name]?.command),
    [['migrate', 'up'], ['worker'], ['serve']],
  )
})

compose('starts worker and server when the migrations are done', () => {
  for (const name of ['worker', 'server']) {
    assert.is(services[name]?.depends_on?.['migrate']?.condition, 'service_completed_successfully')
  }
})

for (const name of ['migrate', 'worker', 'server']) {
  compose(`gives ${name} a configuration that can be used`, () => {
    const environment = { ...services[name]?.environment }
    if (environment['JWT_SECRET']) environment['JWT_SECRET'] = 'x'.repeat(40) // ${JWT_SECRET:?…}, the user's own
    loadConfig(environment)
  })
}

compose('asks each process how it is on a port where it answers that', () => {
  const asked = Object.entries(services).flatMap(([name, { healthcheck }]) => [...(healthcheck?.test.join(' ') ?? '').matchAll(/127\.0\.0\.1:(\d+)(\/\w+)/g)].map(([, port, path]) => [name, port, path]))
  assert.equal(asked, [['worker', services['worker']!.environment['METRICS_PORT'], '/healthz'], ['server', '5080', '/readyz']])
})

compose('mounts what there is for Prometheus and Grafana, and starts them only when asked', () => {
  for (const name of ['prometheus', 'grafana']) {
    const { profiles, volumes = [] } = services[name]!
    assert.equal(profiles, ['observe'])
    for (const volume of volumes) assert.ok(existsSync(join(packageRoot, volume.split(':')[0]!)), volume)
  }
  const { scrape_configs: [{ dns_sd_configs: [scraped] }] } = parse(read('ops/prometheus/prometheus.yml')) as { scrape_configs: [{ dns_sd_configs: [{ names: string[]; port: number }] }] }
  assert.equal(scraped.names, ['worker', 'server'])
  for (const name of scraped.names) assert.is(services[name]!.environment['METRICS_PORT'], String(scraped.port))
})

compose.run()

const image = suite('the Dockerfile')

image('copies what is there, and runs on Node 24', () => {
  const lines = read('Dockerfile').split('\n')
  assert.ok(lines.some((line) => line.startsWith('FROM node:24')))
  const copies = lines.filter((line) => line.startsWith('COPY ')).map((line) => line.split(/\s+/).slice(1, -1))
  const stages = copies.flatMap((names) => names.filter((name) => name.startsWith('--from=')).map((name) => name.slice('--from='.length)))
  for (const stage of stages) assert.ok(lines.some((line) => line.startsWith('FROM ') && line.endsWith(` AS ${stage}`)), `${stage} is no stage`)
  const copied = copies.filter((names) => !names.some((name) => name.startsWith('--from='))).flat()
  for (const name of copied) assert.ok(existsSync(join(packageRoot, name)), `${name} is copied but is not there`)
})

image.run()
