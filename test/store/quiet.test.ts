/** Writes to the store that make no event, or make it once. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { openShop, type Shop } from './shop.ts'

const db = await createTestDatabase({ template: 'store' })

/** Opens a shop, runs the statements one after the other, and lists the types of the events that they make. */
const eventsOf = async (...statements: ((shop: Shop) => string)[]): Promise<string[]> => {
  const shop = await openShop(db.pool)
  const { rows: before } = await db.pool.query<{ last: string }>('select id as last from webhooks.events where tenant_id = $1 order by id desc limit 1', [shop.tenants])
  for (const statement of statements) await db.pool.query(statement(shop))
  const { rows } = await db.pool.query<{ type: string }>('select type from webhooks.events where tenant_id = $1 and id > $2 order by id', [
    shop.tenants,
    before[0]!.last,
  ])
  return rows.map(({ type }) => type)
}

const setStock = (stock: number) => ({ products }: Shop) => `update products set stock = ${stock} where id = ${products}`

const quiet = suite('the store is quiet')

quiet.after(() => db.drop())

quiet('while the stock stays above its threshold, and once it is low', async () => {
  assert.equal(await eventsOf(setStock(6)), [])
  assert.equal(await eventsOf(setStock(5), setStock(4), setStock(0)), ['product.low_stock'])
})

quiet('about a product that was filled up, until it is low again', async () => {
  assert.equal(await eventsOf(setStock(3), setStock(20), setStock(2)), ['product.low_stock', 'product.low_stock'])
})

quiet('about a product without a threshold', async () => {
  const unset = ({ products }: Shop) => `update products set low_stock_threshold = null where id = ${products}`
  assert.equal(await eventsOf(unset, setStock(0)), ['product.updated'])
})

quiet('about a threshold that is raised over the stock, but for saying so once', async () => {
  const raise = ({ products }: Shop) => `update products set low_stock_threshold = 50 where id = ${products}`
  assert.equal((await eventsOf(raise, setStock(9))).toSorted(), ['product.low_stock', 'product.updated'])
})

quiet('about passwords and logins', async () => {
  assert.equal(await eventsOf(({ users }) => `update users set password_hash = 'scrypt:4:other', last_login_at = now() where id = ${users}`), [])
})

quiet('about an update that changes nothing', async () => {
  assert.equal(
    await eventsOf(
      ({ customers }) => `update customers set business_name = business_name where id = ${customers}`,
      ({ sales }) => `update sales set status = 'pending', updated_at = now() where id = ${sales}`,
      ({ subscriptions }) => `update subscriptions set current_period_end = current_period_end where id = ${subscriptions}`,
    ),
    [],
  )
})

quiet('about a sale that is completed a second time', async () => {
  const complete = ({ sales }: Shop) => `update sales set status = 'completed' where id = ${sales}`
  assert.equal(await eventsOf(complete, complete), ['sale.completed'])
})

quiet('about what ran out before', async () => {
  const overdue = () => `select mark_overdue_credits('2035-01-01Z')`
  const expire = () => `select expire_subscriptions('2035-01-01Z')`
  assert.equal(await eventsOf(overdue, expire, overdue, expire), ['credit.overdue', 'subscription.expired'])
})

quiet('about what is not due yet', async () => {
  assert.equal(
    await eventsOf(
      () => `select mark_overdue_credits('2030-01-01T00:00:00Z')`,
      () => `select expire_subscriptions('2029-12-31T23:59:59Z')`,
    ),
    [],
  )
})

quiet('about a full refund, but for the status', async () => {
  assert.equal(
    await eventsOf(({ payment_transactions }) => `update payment_transactions set status = 'refunded', refunded_amount = amount where id = ${payment_transactions}`),
    ['payment_transaction.status_changed'],
  )
})

quiet('about transactions when their product is deleted', async () => {
  assert.equal(await eventsOf(({ products }) => `delete from products where id = ${products}`), ['product.deleted'])
})

quiet('about everything that is rolled back', async () => {
  assert.equal(await eventsOf(({ sales }) => `begin; update sales set status = 'completed' where id = ${sales}; rollback`), [])
})

quiet.run()

const secrets = suite('what the store sends')

secrets('never holds a password hash, in data or previous', async () => {
  const own = await createTestDatabase({ template: 'store' })
  const { users } = await openShop(own.pool)
  await own.pool.query(`update users set name = 'Rosa', password_hash = 'scrypt:5:other' where id = ${users}`)
  await own.pool.query(`delete from users where id = ${users}`)
  const { rows } = await own.pool.query(
    `select type, strpos(concat(data, previous), 'scrypt') > 0 as leaks from webhooks.events where resource_type = 'user' order by id`,
  )
  await own.drop()
  assert.equal(rows, [
    { type: 'user.created', leaks: false },
    { type: 'user.updated', leaks: false },
    { type: 'user.deleted', leaks: false },
  ])
})

secrets.run()
