/** The example of docs/store.md makes the events that it says. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'

const page = readFileSync(new URL('../../docs/store.md', import.meta.url), 'utf8')

const docs = suite('docs/store.md')

docs('shows writes that make the events beside them', async () => {
  const example = /```sql\n(.*?)```/s.exec(page)![1]!
  const db = await createTestDatabase({ template: 'store' })
  await db.pool.query(example)
  const { rows } = await db.pool.query<{ type: string }>('select type from webhooks.events order by id')
  await db.drop()
  assert.equal(rows.map(({ type }) => type), [...example.matchAll(/-- (\S+)/g)].map(([, type]) => type))
})

docs('names every event type of the store, and only those', async () => {
  const db = await createTestDatabase({ template: 'store' })
  const { rows } = await db.pool.query<{ event: string }>('select distinct event from webhooks.capture_rules')
  await db.drop()
  const table = page.slice(page.indexOf('| table |'), page.indexOf('Money is a string'))
  assert.equal([...table.matchAll(/`([a-z_]+\.[a-z_]+)`/g)].map(([, event = '']) => event).toSorted(), rows.map(({ event }) => event).toSorted())
})

docs.run()
