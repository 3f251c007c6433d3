/** The catalogue of event types that comes with the store, and the core's beside it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { z } from 'zod'
import { createTestDatabase } from '../support/database.ts'

type EventType = { name: string; description: string; json_schema: { properties: Record<string, unknown> }; example: Record<string, unknown> }

const promised = `
  sale.created sale.completed sale.cancelled sale.refunded
  product.created product.updated product.deleted product.low_stock
  customer.created customer.updated
  credit.created credit.payment credit.overdue
  order.created order.confirmed order.delivered order.cancelled
  sales_order.created sales_order.confirmed
  subscription.created subscription.updated subscription.renewed subscription.cancelled subscription.expired
  user.created user.updated user.deleted
  tenant.created tenant.updated
  invoice.created invoice.sent invoice.authorized invoice.rejected invoice.paid invoice.failed
  payment.received
  payment_transaction.created payment_transaction.status_changed payment_transaction.partially_refunded
  test.event`.trim().split(/\s+/)

const db = await createTestDatabase({ template: 'store' })
const { rows: types } = await db.pool.query<EventType>('select name, description, json_schema, example from webhooks.event_types order by name')

const catalogue = suite('the catalogue of event types')

catalogue.after(() => db.drop())

catalogue('holds every type of the systems before', () => {
  const names = new Set(types.map(({ name }) => name))
  assert.equal(promised.filter((name) => !names.has(name)), [])
})

catalogue('says of each type when it happens, in a sentence', () => {
  assert.equal(types.filter(({ description }) => !/^[A-Z].{10,}\.$/.test(description)).map(({ name }) => name), [])
})

catalogue('gives each type an example that satisfies its JSON Schema', () => {
  const problems = types.flatMap(({ name, json_schema, example }) => {
    const { error } = z.fromJSONSchema(json_schema as never).safeParse(example)
    return error ? [`${name}: ${z.prettifyError(error)}`] : []
  })
  assert.equal(problems, [])
})

catalogue('describes every field that an example shows', () => {
  const undescribed = types.flatMap(({ name, json_schema, example }) =>
    Object.keys(example).filter((field) => !(field in json_schema.properties)).map((field) => `${name}: ${field}`))
  assert.equal(undescribed, [])
})

catalogue.run()
