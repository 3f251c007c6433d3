/** `rowhook sql`: statements where psql is not at hand. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { runCommand } from '../support/command.ts'
import { createTestDatabase } from '../support/database.ts'

const db = await createTestDatabase({ template: 'core' })
const sql = (statement: string) => runCommand(['sql', statement], { env: { DATABASE_URL: db.url } })

const running = suite('rowhook sql')

running('prints a table', async () => {
  const { code, stdout } = await sql(`select * from (values (1, 'one', null), (20, E'two\\n\\x1b', 1.50)) as t (n, name, price)`)
  assert.is(code, 0)
  assert.equal(stdout.split('\n'), ['n  | name        | price', '---+-------------+------', '1  | one         |', String.raw`20 | two\n\u001b | 1.50`, '(2 rows)', ''])
})

running('prints what several statements did, which commit together', async () => {
  const { stdout } = await sql('create table t (n int); insert into t values (1), (2); select count(*) from t')
  assert.equal(stdout.split('\n').slice(0, 3), ['CREATE', 'INSERT 2', 'count'])
  assert.is((await sql('insert into t values (3); select 1 / 0')).code, 1)
  assert.match((await sql('select count(*) from t')).stdout, /^2$/m)
})

running('says what PostgreSQL refuses, or what our own SQL raises', async () => {
  assert.match((await sql('selekt 1')).stderr, /PostgreSQL refuses the statement: syntax error[^]*Code: WHSQL/)
  assert.match((await sql(`select webhooks.emit('no.such')`)).stderr, 'Code: WHTYP')
})

running.after(() => db.drop())
running.run()
