/** What an update of the store was before, in the words of its data. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createTestDatabase } from '../support/database.ts'
import { openShop, type Shop } from './shop.ts'

const db = await createTestDatabase({ template: 'store' })

/** The text of `previous` of the events that an update makes, without the times of change. */
const previousOf = async (update: (shop: Shop) => string): Promise<Record<string, unknown>> => {
  const shop = await openShop(db.pool)
  await db.pool.query(update(shop))
  const { rows } = await db.pool.query<{ type: string; previous: string }>(
    `select type, regexp_replace(previous::text, '"updated_at":"[^"]+"', '"updated_at":"…"') as previous
       from webhooks.events where tenant_id = $1 and previous is not null order by type`,
    [shop.tenants],
  )
  return Object.fromEntries(rows.map(({ type, previous }) => [type, previous]))
}

const previous = suite('previous')

previous.after(() => db.drop())

previous('shows money as data does', async () => {
  assert.equal(await previousOf(({ products }) => `update products set price = 13 where id = ${products}`), {
    'product.updated': '{"price":"12.50","updated_at":"…"}',
  })
})

previous('names the changed fields of a row', async () => {
  assert.equal(await previousOf(({ sales }) => `update sales set status = 'completed' where id = ${sales}`), {
    'sale.completed': '{"status":"pending","updated_at":"…","completed_at":null}',
  })
})

previous('keeps to the fields that the event has', async () => {
  assert.equal(await previousOf(({ invoices }) => `update invoices set status = 'sent' where id = ${invoices}`), { 'invoice.sent': '{"sent_at":null}' })
})

previous('tells each of two events of a write in its own words', async () => {
  const update = ({ subscriptions }: Shop) => `update subscriptions set price = 39.9, current_period_end = '2030-02-01Z' where id = ${subscriptions}`
  const told = await previousOf(update)
  assert.equal(Object.keys(told), ['subscription.renewed', 'subscription.updated'])
  assert.match(told['subscription.renewed'] as string, '"price":"29.90"')
})

previous('shows a member that was left out before as null', async () => {
  assert.equal(
    await previousOf(({ payment_transactions }) => `update payment_transactions set status = 'voided', offer = '{"id": 2}', checkout = null where id = ${payment_transactions}`),
    { 'payment_transaction.status_changed': '{"status":"captured","updated_at":"…","checkout":{"id": "chk_1", "coupon": null},"offer":{"id": "off_1"}}' },
  )
  assert.equal(
    await previousOf(
      ({ tenants, products }) => `insert into payment_transactions (tenant_id, amount, provider) values ('${tenants}', 1, 'cardhouse');
        update payment_transactions set status = 'failed', product_id = ${products} where tenant_id = '${tenants}' and product_id is null`,
    ),
    { 'payment_transaction.status_changed': '{"status":"pending","product":null}' },
  )
})

previous.run()
