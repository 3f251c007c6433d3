/** The runbook has a chapter for every alert, and names only commands that there are. */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createProgram } from '../../src/cli/program.ts'
import { packageRoot } from '../../src/config/package.ts'
import { commandsOn } from '../cli/in-process.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf, endDelivery } from '../support/endpoints.ts'
import { fencesOf } from '../support/fences.ts'

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8')
const text = read('docs/operating.md')
const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!)
const anchors = headings.map((heading) => heading.toLowerCase().replaceAll(' ', '-'))

const runbook = suite('docs/operating.md')

runbook('has a chapter for every kind of alert', () => {
  const evaluated = /unnest\(array\[(.*?)\]\) as k/s.exec(read('migrations/core/650_alerts.sql'))![1]!.match(/\w+/g)!
  assert.equal([...evaluated, 'unserved_lane', 'expiring_deliveries', 'audit_chain', 'missing_deliveries'].filter((kind) => !headings.includes(kind)), [])
})

runbook('has a chapter for every rule of Prometheus', () => {
  const named = [...read('ops/prometheus/rules.yml').matchAll(/docs\/operating\.md#([\w-]+)/g)].map(([, anchor]) => anchor!)
  assert.ok(named.length >= 9)
  assert.equal(named.filter((anchor) => !anchors.includes(anchor)), [])
})

runbook('names commands and settings that there are', () => {
  const find = (command: Command, [name, ...rest]: string[]): boolean => {
    const found = command.commands.find((each) => each.name() === name)
    return found !== undefined && (found.commands.length === 0 || find(found, rest))
  }
  const commands = [...text.matchAll(/`rowhook ([^`]+)`/g)].map(([, line]) => line!.split(' '))
  assert.equal(commands.filter((words) => !find(createProgram(), words)).map((words) => words.join(' ')).filter((line) => line !== '<command>'), [])
  const columns = read('migrations/core/120_settings.sql')
  const settings = [...text.matchAll(/`(alert_\w+|\w+_retention|dead_letter_ttl)/g)].map(([, name]) => name!)
  assert.equal([...new Set(settings)].filter((name) => !columns.includes(`  ${name} `)), [])
})

runbook('has only SQL that runs: blocks and statements within the text', async () => {
  const db = await createTestDatabase({ template: 'store' })
  await db.pool.query(`do $$ begin create role crm_sync; exception when duplicate_object then null; end $$`)
  const endpointId = await createEndpoint(db.pool, { tenant_id: '1' })
  const [eventId] = await createEvents(db.pool, { tenant: '1' })
  const [delivery] = await deliveriesOf(db.pool, endpointId)
  const alert = (await db.pool.query<{ id: string }>(`insert into webhooks.alerts (kind, subject, summary) values ('worker_lost', 'w', 'Worker w is lost.') returning id`)).rows[0]!
  const values: Readonly<Record<string, string>> = { endpoint: endpointId, event: eventId!, id: delivery!.id, alert: alert.id, time: '2026-01-01', table: 'public.sales' }
  const inText = [...text.replaceAll(/```[^]*?```/g, '').matchAll(/`((?:select|update|delete|alter role) [^`]+)`/g)].map(([, statement]) => statement!)
  const blocks = fencesOf('docs/operating.md').filter(({ language }) => language === 'sql').map(({ text: block }) => block.replace(/^begin;|commit;\s*$/gm, ''))
  assert.ok(inText.length >= 12 && blocks.length >= 2, `${inText.length} statements, ${blocks.length} blocks`)
  const client = await db.connect()
  const failed: string[] = []
  for (const statement of [...inText, ...blocks]) {
    const filled = statement.replaceAll(/<(\w+)>/g, (all, name: string) => values[name] ?? all)
    await client.query('begin')
    await client.query(filled).catch((error: Error) => failed.push(`${filled}: ${error.message}`))
    await client.query('rollback')
  }
  await db.drop()
  assert.equal(failed, [])
})

runbook('has only commands that run, with the options that it names', async () => {
  const db = await createTestDatabase({ template: 'store' })
  const endpointId = await createEndpoint(db.pool, { tenant_id: 'acme' })
  await createEvents(db.pool, { tenant: 'acme' })
  const [delivery] = await deliveriesOf(db.pool, endpointId)
  await endDelivery(db.pool, delivery!.id, 'failed')
  await db.pool.query(`insert into webhooks_private.workers (id, host, pid, version, heartbeat_at) values (gen_random_uuid(), 'here', 1, '1', now() + interval '1 hour'); insert into webhooks_private.arming (fingerprints) values ('{here}')`)
  const values: Readonly<Record<string, string>> = { endpoint: endpointId, time: '2026-01-01', table: 'public.sales' }
  const runsOn = new Set(['worker', 'up', 'serve', 'demo', 'listen'])
  const lines = new Set([...text.matchAll(/`rowhook ([^`]+)`/g)].map(([, line]) => line!).filter((line) => line !== '<command>' && !runsOn.has(line.split(' ')[0]!)))
  assert.ok(lines.size >= 20, `${lines.size} commands`)
  const run = commandsOn(db.url)
  process.env['WEBHOOK_SECRETS_KEY'] = randomBytes(32).toString('base64')
  const failed: string[] = []
  for (const line of lines) {
    const id = line.startsWith('deliveries') ? delivery!.id : line.startsWith('forget') ? 'nobody' : endpointId
    const words = line.split(' ').map((word) => word.replaceAll(/<(\w+)>/g, (all, name: string) => (name === 'id' ? id : (values[name] ?? all))))
    const { code, stderr } = await run(...words, ...(words[0] === 'tail' ? ['--once'] : []))
    if (code !== 0 && line !== 'doctor') failed.push(`${words.join(' ')}: ${stderr}`)
  }
  delete process.env['WEBHOOK_SECRETS_KEY']
  await db.drop()
  assert.equal(failed, [])
})

runbook.run()
