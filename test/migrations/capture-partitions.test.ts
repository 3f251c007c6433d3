/** Partitioned tables: writes by the table's name and by a partition's, partitions that come and go. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { brief, takeEvents } from '../support/events.ts'

const db = await createTestDatabase({ template: 'core' })
const partitions = suite('a watched partitioned table')
partitions.after(() => db.drop())

const rules = JSON.stringify([
  { event: 'm.created', on: 'insert' },
  { event: 'm.updated', on: 'update' },
  { event: 'm.deleted', on: 'delete' },
])

const events = async () => brief(await takeEvents(db.pool))

partitions.before(async () => {
  await db.pool.query(`
    create table m (id integer, day date not null, note text, tenant_id text, primary key (id, day)) partition by range (day);
    create table m_2024 partition of m for values from ('2024-01-01') to ('2025-01-01');
    create table m_2023 (note text, gone text, tenant_id text, day date not null, id integer not null);
    alter table m_2023 drop column gone;
    alter table m attach partition m_2023 for values from ('2023-01-01') to ('2024-01-01')`)
  await db.pool.query(`select from webhooks.watch('m', 'm', $1, key => '{id}')`, [rules])
  await db.pool.query(`
    create table m_2025 partition of m for values from ('2025-01-01') to ('2026-01-01') partition by range (day);
    create table m_2025_spring partition of m_2025 for values from ('2025-01-01') to ('2025-07-01')`)
})
partitions.before.each(async () => {
  await db.pool.query(`begin; set local rowhook.mute = 'on'; delete from m; commit`)
})

partitions('is captured by its own name, whatever partition the rows are in', async () => {
  await db.pool.query(`insert into m values (1, '2023-05-05'), (2, '2024-05-05'), (3, '2025-05-05')`)
  assert.equal(await events(), ['m.created 1', 'm.created 2', 'm.created 3'])
  await db.pool.query(`update m set note = 'n'`)
  assert.equal((await events()).toSorted(), ['m.updated 1', 'm.updated 2', 'm.updated 3'])
  await db.pool.query(`delete from m`)
  assert.equal((await events()).toSorted(), ['m.deleted 1', 'm.deleted 2', 'm.deleted 3'])
})

partitions('is captured by the name of a partition, older or younger than the watch, near or nested', async () => {
  for (const [partition, day] of [['m_2023', '2023-05-05'], ['m_2024', '2024-05-05'], ['m_2025', '2025-05-05'], ['m_2025_spring', '2025-05-05']]) {
    await db.pool.query(`insert into ${partition} (id, day, note) values (1, '${day}', 'a'), (2, '${day}', 'b')`)
    await db.pool.query(`update ${partition} set note = 'n' where id = 1`)
    await db.pool.query(`delete from ${partition} where id = 2`)
    const taken = await takeEvents(db.pool)
    assert.equal([partition, ...brief(taken)], [partition, 'm.created 1', 'm.created 2', 'm.updated 1', 'm.deleted 2'])
    assert.is(taken[2]?.previous, '{"note":"a"}')
    await db.pool.query(`delete from m`)
    await takeEvents(db.pool)
  }
})

partitions('makes one event of an update that moves a row to another partition', async () => {
  await db.pool.query(`insert into m values (1, '2023-05-05')`)
  await takeEvents(db.pool)
  await db.pool.query(`update m set day = '2024-06-06'`)
  await db.pool.query(`update m set day = '2025-05-06'`)
  const taken = await takeEvents(db.pool)
  assert.equal(taken.map(({ type, previous }) => [type, previous]), [
    ['m.updated', '{"day":"2023-05-05"}'],
    ['m.updated', '{"day":"2024-06-06"}'],
  ])
})

partitions('is captured once by a statement that writes by both names', async () => {
  await db.pool.query(`
    with leaf as (insert into m_2024 values (1, '2024-05-05') returning id)
    insert into m select id + 1, '2024-05-05' from leaf`)
  assert.equal((await events()).toSorted(), ['m.created 1', 'm.created 2'])
})

partitions('is captured once where its own trigger writes to it again', async () => {
  await db.pool.query(`
    create function again() returns trigger language plpgsql as $$
    begin
      if exists (select from new_rows where id < 10) then
        insert into m select id + 10, day from new_rows where id < 10;
      end if;
      return null;
    end $$;
    create trigger again after insert on m referencing new table as new_rows for each statement execute function again()`)
  await db.pool.query(`insert into m values (1, '2023-05-05'), (2, '2025-05-05')`)
  await db.pool.query(`insert into m_2025 values (3, '2025-05-05')`)
  assert.equal((await events()).toSorted(), ['m.created 1', 'm.created 11', 'm.created 12', 'm.created 2', 'm.created 3'])
  await db.pool.query('drop function again() cascade')
})

partitions('is captured once by a cascade to itself', async () => {
  await db.pool.query(`
    create table heads (id integer primary key);
    create table tree (id integer primary key, parent integer references tree on delete cascade, head integer references heads on delete cascade, tenant_id text) partition by hash (id);
    create table tree_0 partition of tree for values with (modulus 2, remainder 0);
    select from webhooks.watch('tree', 'tree', '[{"event":"tree.deleted","on":"delete"}]');
    create table tree_1 partition of tree for values with (modulus 2, remainder 1);
    insert into heads values (1);
    insert into tree values (1, null, 1), (2, 1, null), (3, 2, null), (4, 3, null), (5, null, 1)`)
  await db.pool.query('begin; delete from heads; delete from tree_1; commit')
  assert.equal((await events()).toSorted(), ['tree.deleted 1', 'tree.deleted 2', 'tree.deleted 3', 'tree.deleted 4', 'tree.deleted 5'])
})

partitions('keeps a clean mark after an error', async () => {
  const client = await db.connect()
  await client.query('begin; savepoint s')
  await client.query(`insert into m values (1, '2025-05-05'), (1, '2025-05-05')`).catch(() => undefined)
  await client.query(`rollback to s; insert into m_2025 values (2, '2025-05-05'); commit`)
  await client.end()
  assert.equal(await events(), ['m.created 2'])
})

partitions('has the table\'s row type in payload functions, whatever the order of a partition\'s columns', async () => {
  await db.pool.query(`create function m_payload(m) returns json language sql as $$ select json_build_array($1.id, $1.note) $$`)
  await db.pool.query(`select from webhooks.watch('m', 'm', '[{"event":"m.created","on":"insert"}]', key => '{id}', payload => 'm_payload(m)')`)
  await db.pool.query(`
    create table m_2022 (note text, tenant_id text, day date not null, id integer not null);
    alter table m attach partition m_2022 for values from ('2022-01-01') to ('2023-01-01');
    insert into m_2022 (id, day, note) values (1, '2022-05-05', 'x');
    insert into m_2023 (id, day, note) values (2, '2023-05-05', 'y');
    insert into m      (id, day, note) values (3, '2023-05-05', 'z')`)
  assert.equal((await takeEvents(db.pool)).map(({ data }) => data), ['[1, "x"]', '[2, "y"]', '[3, "z"]'])
  await db.pool.query(`select from webhooks.watch('m', 'm', $1, key => '{id}')`, [rules])
})

partitions('makes no events of a partition that was detached', async () => {
  await db.pool.query(`alter table m detach partition m_2023; insert into m_2023 (id, day) values (1, '2023-05-05')`)
  assert.equal(await events(), [])
  await db.pool.query(`delete from m_2023; alter table m attach partition m_2023 for values from ('2023-01-01') to ('2024-01-01'); insert into m_2023 (id, day) values (2, '2023-05-05')`)
  assert.equal(await events(), ['m.created 2'])
})

partitions('is watched at its top only', async () => {
  const error = await db.pool.query(`select from webhooks.watch('m_2024', 'm', $1)`, [rules]).catch((thrown: unknown) => thrown)
  assert.is((error as { code: string }).code, 'WHREL')
})

partitions('has no trigger left after unwatch', async () => {
  await db.pool.query(`select webhooks.unwatch('m')`)
  await db.pool.query(`insert into m values (1, '2023-05-05'); insert into m_2025 values (2, '2025-05-05')`)
  const { rows } = await db.pool.query(`select tgname from pg_trigger where tgrelid::regclass::text like 'm%' and tgname like '%capture%'`)
  assert.equal([rows, await events()], [[], []])
})

partitions.run()
