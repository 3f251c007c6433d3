/** The SQL that docs/by-hand.md and docs/reading.md show, run as a DBA would. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint, createEvents, deliveriesOf } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const { pool } = db
await pool.query('create table public.sales (id int primary key, tenant_id text default \'default\', created_at timestamptz default now())')
await pool.query(`select webhooks.watch('public.sales', 'sale', '[{"event":"sale.created","on":"insert"}]')`)
await pool.query('grant select on public.sales to rowhook_dba')
const endpoint = await createEndpoint(pool)
const [event] = await createEvents(pool)
const [delivery] = await deliveriesOf(pool, endpoint)

/** The SQL blocks of a page, with the ids that it shows as examples replaced by those of rows that exist. */
const blocksOf = (page: string): string[] => {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, sql]) =>
    sql!
      .replaceAll('019aa7a2-3f00-7000-8000-000000000001', endpoint)
      .replaceAll('019aa7a2-3f00-7000-8000-000000000002', delivery!.id)
      .replaceAll('019aa7a2-3f00-7000-8000-000000000003', event!),
  )
}

const documentation = suite('the SQL of the documentation')
documentation.after(() => db.drop())

for (const page of ['by-hand.md', 'reading.md']) {
  documentation(`${page} runs`, async () => {
    const dba = await db.connect('rowhook_dba')
    const blocks = blocksOf(page)
    assert.ok(blocks.length > 3)
    for (const sql of blocks) await dba.query(sql)
    await dba.end()
  })
}

documentation.run()
