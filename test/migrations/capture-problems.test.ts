/** What capture_problems finds after tables, functions and owners have changed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const problems = suite('capture_problems')
const stranger = `${db.name}_stranger`
problems.after(async () => {
  await db.pool.query(`drop owned by ${stranger} cascade; drop role ${stranger}`)
  await db.drop()
})

problems.before(async () => {
  await db.pool.query(`create role ${stranger}; grant create on schema public to ${stranger}`)
})
problems.before.each(async () => {
  await db.pool.query(`
    drop table if exists sales cascade;
    create table sales (id integer primary key, tenant_id text, status text);
    create or replace function sale_payload(sales) returns json language sql as $$ select '{}'::json $$;
    select from webhooks.watch('sales', 'sale', '[
      {"event":"sale.created","on":"insert"},
      {"event":"sale.paid","on":"update","when":"lower(new.status) = ''paid''","changed":["status"]},
      {"event":"sale.deleted","on":"delete","payload":"public.sale_payload"}]')`)
})

const found = async () => {
  const { rows } = await db.pool.query<{ event: string; problem: string }>('select event, problem from webhooks.capture_problems()')
  return rows.map(({ event, problem }) => `${event}: ${problem}`)
}

problems('is empty where all is well', async () => {
  assert.equal(await found(), [])
})

problems('names a column that is gone', async () => {
  await db.pool.query('alter table sales rename status to state')
  assert.equal(await found(), [`sale.paid: public.sales has no column 'status'.`])
  await db.pool.query('alter table sales rename tenant_id to shop')
  assert.is((await found()).length, 3)
})

problems('names a function that changed hands', async () => {
  await db.pool.query(`alter function sale_payload owner to ${stranger}`)
  const [first, ...others] = await found()
  assert.equal(others, [])
  assert.match(first!, `sale.deleted: public.sale_payload(public.sales) is owned by ${stranger}`)
})

problems('names a trigger that is off, and a table that was dropped', async () => {
  await db.pool.query('alter table sales disable trigger _500_capture_insert')
  assert.equal(await found(), ['sale.created: Its trigger for insert is missing or disabled.'])
  await db.pool.query('drop table sales cascade')
  assert.equal(await found(), ['created', 'paid', 'deleted'].map((event) => `sale.${event}: The table was dropped.`))
})

problems.run()
