/** The runbook has a chapter for every alert, and names only commands that there are. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createProgram } from '../../src/cli/program.ts'
import { packageRoot } from '../../src/config/package.ts'

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

runbook.run()
