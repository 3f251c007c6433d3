/** Which ordered deliveries are due: the heads of their keys, found at a bounded cost however many keys wait. */
import pg from 'pg'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readPages } from '../../src/database/pages.ts'
import { workerUrl } from '../../src/database/session.ts'
import { createTestDatabase } from '../support/database.ts'
import { createEndpoint } from '../support/endpoints.ts'

const db = await createTestDatabase({ template: 'core' })
const pool = new pg.Pool({ connectionString: workerUrl(db.url), max: 1 })
pool.on('error', () => undefined) // the drop of the database may end its last session

const heads = suite('heads of ordered deliveries')
heads.after(async () => {
  await pool.end()
  await db.drop()
})

let tenants = 0

/**
 * An endpoint with `keys` resources and `depth` events for each.
 * @param dueIn SQL: seconds until a delivery is due, by the number of its resource (`key`) and its place behind the head (`place`, from 0)
 */
const lane = async (keys: number, depth: number, dueIn: string): Promise<string> => {
  const tenant = `tenant ${++tenants}`
  const endpointId = await createEndpoint(db.pool, { tenant_id: tenant, ordering: 'resource' })
  await db.pool.query(
    `insert into webhooks.events (tenant_id, type, resource_type, resource_id)
     select $1, 'test.event', 'thing', key::text from generate_series(1, $3::integer) as place, generate_series(1, $2::integer) as key`,
    [tenant, keys, depth],
  )
  await db.pool.query(
    `update webhooks.deliveries as d
        set next_retry_at = now() + (${dueIn}) * interval '1 second'
       from (select id, resource_id::integer as key, (row_number() over (partition by resource_id order by id) - 1)::integer as place
               from webhooks.deliveries where endpoint_id = $1) as at
      where d.id = at.id`,
    [endpointId],
  )
  return endpointId
}

/** What is due by the plain meaning of it. */
const REFERENCE = `
with heads as (
  select distinct on (order_key) id, next_retry_at
    from webhooks.deliveries
   where endpoint_id = $1 and status in ('pending', 'retrying')
   order by order_key, id
)
select coalesce(array_agg(id order by id) filter (where next_retry_at <= now()), '{}') as due, extract(epoch from min(next_retry_at) - now())::double precision as seconds from heads`

const cases: readonly (readonly [what: string, keys: number, depth: number, dueIn: string])[] = [
  ['nothing is due', 40, 3, '60'],
  ['all heads are due', 40, 3, '-1'],
  ['some heads are due, and some of those behind', 40, 3, '(key * 7 + place * 3) % 5 - 2'],
  ['few are due behind heads that wait', 40, 3, 'case place when 0 then 30 + key else -1 end'],
  ['those behind are due before their heads', 40, 3, '60 - 20 * place'],
  ['many are due, and all heads with them', 300, 3, '-1'],
  ['many are due behind heads that wait', 300, 3, 'case place when 0 then 30 + key else -1 end'],
  ['many are due behind heads of which the last by its key is due', 300, 3, 'case when place > 0 or key = 99 then -1 else 60 end'],
  ['one key, and many due behind its head that waits', 1, 700, 'case place when 0 then 60 else -1 end'],
  ['one key, and all due', 1, 700, '-1'],
]

for (const [what, keys, depth, dueIn] of cases) {
  heads(`${what}: ${keys} keys of ${depth}`, async () => {
    const endpointId = await lane(keys, depth, dueIn)
    const { rows: [plain] } = await db.pool.query<{ due: string[]; seconds: number }>(REFERENCE, [endpointId])
    const page = await readPages(pool, [{ endpointId, limit: 1_000, ordered: true, afterKey: '' }], [])
    assert.equal(page.due.map(({ id }) => id).toSorted(), plain!.due)
    const { rows: [look] } = await pool.query<{ seconds: number }>('select due_in_ms / 1000 as seconds from webhooks_private.look_at_lanes(array[$1::uuid])', [endpointId])
    assert.is(look!.seconds <= 0, plain!.due.length > 0, 'something is due, or not')
    assert.ok(look!.seconds <= plain!.seconds, 'never later than it is due')
    const { rows: swept } = await pool.query<{ id: string }>('select endpoint_id as id from webhooks_private.sweep()')
    assert.is(swept.some(({ id }) => id === endpointId), plain!.due.length > 0, 'the sweeper finds it, or not')
    await db.pool.query('update webhooks.endpoints set is_active = false')
  })
}

heads('what is under way is left out of a page', async () => {
  const endpointId = await lane(3, 2, '-1')
  const wish = { endpointId, limit: 10, ordered: true, afterKey: '' }
  const [first, ...others] = (await readPages(pool, [wish], [])).due
  assert.equal((await readPages(pool, [wish], [first!.id])).due.map(({ id }) => id), others.map(({ id }) => id))
})

/** Blocks that a statement of a worker looks at: what it costs, however busy the machine is. */
const blocksOf = async (statement: string): Promise<number> => {
  const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }] }>(`explain (analyze, buffers, format json) ${statement}`)
  const { Plan } = rows[0]!['QUERY PLAN'][0]
  return Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks']
}

for (const [what, depth, dueIn] of [
  ['that wait', 1, '60'],
  ['that wait, with much due behind them', 2, 'case place when 0 then 60 else -1 end'],
  ['that are due', 1, '-1'],
] as const) {
  heads(`four times as many keys ${what} cost the sweeper about the same`, async () => {
    const blocks: number[] = []
    for (const keys of [2_000, 8_000]) {
      await lane(keys, depth, dueIn)
      await pool.query('vacuum analyze webhooks.deliveries')
      await blocksOf('select * from webhooks_private.sweep()') // which fills caches
      blocks.push(await blocksOf('select * from webhooks_private.sweep()'))
      await db.pool.query('update webhooks.endpoints set is_active = false')
    }
    assert.ok(blocks[1]! < 1.5 * blocks[0]! + 200, blocks.join())
  })
}

heads.run()
