/** The two cron tasks of the sample store, run by graphile-worker as rowhook_owner. */
import { EventEmitter } from 'node:events'
import { Logger, runOnce, type WorkerEvents } from 'graphile-worker'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createPool } from '../../src/database/pool.ts'
import markOverdue from '../../tasks/credits/mark_overdue.ts'
import expire from '../../tasks/subscriptions/expire.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

const taskList = { 'credits/mark_overdue': markOverdue, 'subscriptions/expire': expire }

/** @returns the tasks that succeeded, in the order of their names */
const runTasks = async ({ url }: TestDatabase): Promise<string[]> => {
  const pool = createPool({ databaseUrl: url, name: 'store tasks', role: 'rowhook_owner' })
  const succeeded: string[] = []
  const events: WorkerEvents = new EventEmitter()
  events.on('job:success', ({ job }) => succeeded.push(job.task_identifier))
  try {
    for (const identifier of Object.keys(taskList)) await pool.query('select graphile_worker.add_job($1)', [identifier])
    await runOnce({ pgPool: pool, taskList, events, noHandleSignals: true, logger: new Logger(() => () => undefined) })
    return succeeded.toSorted()
  } finally {
    await pool.end()
  }
}

const withDatabase = async (template: 'core' | 'store', work: (db: TestDatabase) => Promise<void>) => {
  const db = await createTestDatabase({ template })
  try {
    await work(db)
  } finally {
    await db.drop()
  }
}

const tasks = suite('the cron tasks of the store')

tasks('move on what has run out, and nothing else', () =>
  withDatabase('store', async (db) => {
    await db.pool.query(`
      with tenant as (insert into tenants (name) values ('shop') returning id),
           customer as (insert into customers (tenant_id, business_name) select id, 'somebody' from tenant returning tenant_id, id),
           due as (select tenant_id, id, now() + sign * interval '1 hour' as at from customer, unnest('{-1, 1}'::integer[]) as sign),
           credit as (insert into credits (tenant_id, customer_id, amount, due_at) select tenant_id, id, 10, at from due)
      insert into subscriptions (tenant_id, customer_id, plan, price, current_period_start, current_period_end)
      select tenant_id, id, 'monthly', 10, at - interval '1 month', at from due`)
    assert.equal(await runTasks(db), Object.keys(taskList))
    const { rows } = await db.pool.query(`
      select 'credit' as what, status, due_at < now() as over from credits union all
      select 'subscription', status, current_period_end < now() from subscriptions order by 1, 3 desc`)
    assert.equal(rows, [
      { what: 'credit', status: 'overdue', over: true },
      { what: 'credit', status: 'open', over: false },
      { what: 'subscription', status: 'expired', over: true },
      { what: 'subscription', status: 'active', over: false },
    ])
  }))

tasks('end well where the store is not migrated', () =>
  withDatabase('core', async (db) => {
    assert.equal(await runTasks(db), Object.keys(taskList))
  }))

tasks.run()
