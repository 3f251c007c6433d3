/** The SQL that docs/capture.md shows, run in order. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const documentation = suite('docs/capture.md')
documentation.after(() => db.drop())

const text = readFileSync(new URL('../../docs/capture.md', import.meta.url), 'utf8')
const blocks = (language: string) => [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!)

const shown = blocks('text')[0]!
  .trim()
  .split('\n')
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()))

documentation('shows SQL that runs and what it gives', async () => {
  for (const sql of blocks('sql')) await db.pool.query(sql)
  const { rows } = await db.pool.query<{ type: string; id: string; data: string; previous: string | null }>(
    `select type, resource_id as id, data::text, previous::text from webhooks.events as e order by e.id`,
  )
  assert.equal(
    rows.map(({ type, id, data, previous }) => [type, id, data, previous ?? '']),
    shown,
  )
})

documentation.run()
