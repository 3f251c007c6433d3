/** Query modules of plain SQL over a small table each, in memory (pg-mem): which rows they touch, and which they leave. */
import { newDb } from 'pg-mem'
import type pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { clearSuspect, disableEndpoint, markSuspect } from '../../src/database/lanes.ts'
import { signOff } from '../../src/database/workers.ts'

const plain = suite('plain queries')

const one = '00000000-0000-7000-8000-000000000001'
const two = '00000000-0000-7000-8000-000000000002'
const delivery = '00000000-0000-7000-8000-00000000000d'

/** A database in memory with the tables of one test. */
const inMemory = (ddl: string): pg.Pool => {
  const db = newDb()
  for (const schema of ['webhooks', 'webhooks_private']) db.createSchema(schema)
  const now = () => new Date()
  db.public.registerFunction({ name: 'clock_timestamp', returns: 'timestamptz' as never, implementation: now, impure: true })
  db.public.none(ddl)
  const { Pool } = db.adapters.createPg() as { Pool: new () => pg.Pool }
  return new Pool()
}

const lanes = `
  create table webhooks_private.lanes (endpoint_id uuid primary key, crashes integer, suspect_id uuid, updated_at timestamptz, suspect_crashes integer);
  insert into webhooks_private.lanes values ('${one}', 2, null, null, 0), ('${two}', 1, null, null, 0)`

plain('markSuspect names the delivery on its lane alone', async () => {
  const pool = inMemory(lanes)
  await markSuspect(pool, one, delivery)
  const { rows } = await pool.query('select endpoint_id, crashes, suspect_id from webhooks_private.lanes order by endpoint_id')
  assert.equal(rows, [
    { endpoint_id: one, crashes: 2, suspect_id: delivery },
    { endpoint_id: two, crashes: 1, suspect_id: null },
  ])
})

plain('clearSuspect clears the name, and the count of crashes where it is told to', async () => {
  const pool = inMemory(lanes)
  const state = async () => (await pool.query('select crashes, suspect_id from webhooks_private.lanes order by endpoint_id')).rows
  await markSuspect(pool, one, delivery)
  await clearSuspect(pool, one)
  assert.equal(await state(), [{ crashes: 2, suspect_id: null }, { crashes: 1, suspect_id: null }])
  await clearSuspect(pool, one, 'crashes')
  assert.equal(await state(), [{ crashes: 0, suspect_id: null }, { crashes: 1, suspect_id: null }])
})

plain('disableEndpoint leaves the reason of one that is disabled already', async () => {
  const pool = inMemory(`
    create table webhooks.endpoints (id uuid primary key, is_active boolean, disabled_reason text);
    insert into webhooks.endpoints values ('${one}', true, null), ('${two}', false, 'by hand')`)
  await disableEndpoint(pool, one, 'gone')
  await disableEndpoint(pool, two, 'gone')
  const { rows } = await pool.query('select is_active, disabled_reason from webhooks.endpoints order by id')
  assert.equal(rows, [{ is_active: false, disabled_reason: 'gone' }, { is_active: false, disabled_reason: 'by hand' }])
})

plain('signOff does not bring a worker back that was declared dead', async () => {
  const pool = inMemory(`
    create table webhooks_private.workers (id uuid primary key, ended_at timestamptz, ended_how text, lanes integer, in_flight integer, busy_lanes uuid[]);
    insert into webhooks_private.workers values ('${one}', null, null, 3, 4, '{}'), ('${two}', now(), 'died', 1, 1, '{}')`)
  const client = (await pool.connect()) as pg.ClientBase
  await signOff(client, one)
  await signOff(client, two)
  const { rows } = await pool.query('select ended_how, lanes from webhooks_private.workers order by id')
  assert.equal(rows, [{ ended_how: 'stopped', lanes: 0 }, { ended_how: 'died', lanes: 1 }])
})

plain.run()
