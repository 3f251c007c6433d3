/** Every curl line of docs/api.md works as pasted. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { packageRoot } from '../../src/config/package.ts'
import { mint, startTestApi } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { fencesOf } from '../support/fences.ts'

const db = await createTestDatabase({ template: 'core' })
const api = await startTestApi(db.url)
const env: Record<string, string> = { ROWHOOK: api.url, TOKEN: await mint({ role: 'owner', tenant_id: 'a' }), PATH: process.env['PATH'] ?? '' }

const lines = suite('docs/api.md')

lines('has curl lines that work in the order in which they stand', async () => {
  const commands = fencesOf('docs/api.md').filter(({ language }) => language === 'sh').flatMap(({ text }) => text.trimEnd().split('\n'))
  assert.ok(commands.length >= 18)
  for (const command of commands) {
    const { stdout } = await promisify(execFile)('sh', ['-c', command], { env })
    const { data, errors } = JSON.parse(stdout) as { data?: Record<string, unknown>; errors?: unknown }
    assert.is(errors, undefined, `${command}\n${stdout}`)
    assert.ok(data)
    env['ENDPOINT'] ??= /"endpoint":\{"id":"([^"]+)"/.exec(stdout)?.[1] ?? ''
    env['DELIVERY'] = /"delivery":\{"id":"([^"]+)"/.exec(stdout)?.[1] ?? env['DELIVERY'] ?? ''
  }
})

lines('maps REST calls to operations that there are', async () => {
  const owner = await api.as('owner', 'a')
  const { data } = await owner('{ schema: __schema { queryType { fields { name } } mutationType { fields { name } } } }')
  const names: string[] = [...data.schema.queryType.fields, ...data.schema.mutationType.fields].map(({ name }: { name: string }) => name)
  const table = operationsOfTable()
  assert.equal(table.filter((name) => !names.includes(name)), [])
})

lines('shows each operation of the table in a curl line', () => {
  const shown = fencesOf('docs/api.md').filter(({ language }) => language === 'sh').map(({ text }) => text).join('\n')
  assert.equal(operationsOfTable().filter((name) => !new RegExp(`\\b${name}\\b`).test(shown)), [])
})

/** Operations of the table: the word before the first bracket or brace of each code span in its second column. */
const operationsOfTable = (): string[] => {
  const rows = [...readFileSync(join(packageRoot, 'docs/api.md'), 'utf8').matchAll(/^\| `(?:GET|POST|PATCH|DELETE) .*?\| (.+?) \|$/gm)]
  return rows.flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)/g)].map((match) => match[1]!))
}

lines.after(async () => {
  await api.stop()
  await db.drop()
})

lines.run()
