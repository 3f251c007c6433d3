import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { eventPatternProblems, eventTypeProblem, isEventPattern, isEventType, matches, nearNames } from '../../src/core/event-type.ts'

const known = ['sale.created', 'sale.completed', 'sale.refunded', 'product.low_stock', 'payment_transaction.created']

const types = suite('event types')

types('are lower-case parts joined by dots', () => {
  for (const name of ['sale.created', 'a.b', 'payment_transaction.partially_refunded', 'a.b.c', '0.1']) assert.ok(isEventType(name), name)
  for (const name of ['', 'sale', 'Sale.created', 'sale.', '.created', 'sale..created', 'sale created', 'sale.created\n', 'sale.*', 'sâle.created']) {
    assert.not.ok(isEventType(name), name)
    assert.is(eventTypeProblem(name)?.code, 'WHEVT')
  }
  assert.is(eventTypeProblem('sale.created'), undefined)
})

types('are matched by their name, by a prefix and .*, and by *', () => {
  assert.ok(matches('sale.created', 'sale.created'))
  assert.ok(matches('sale.*', 'sale.created'))
  assert.ok(matches('sale.*', 'sale.item.added'))
  assert.ok(matches('sale.item.*', 'sale.item.added'))
  assert.ok(matches('*', 'anything.at_all'))
  assert.not.ok(matches('sale.*', 'sales_order.created'))
  assert.not.ok(matches('sale.*', 'sale'))
  assert.not.ok(matches('sale.created', 'sale.created_again'))
})

types('have patterns of three kinds and no others', () => {
  for (const pattern of ['*', 'sale.*', 'sale.item.*', 'sale.created']) assert.ok(isEventPattern(pattern), pattern)
  for (const pattern of ['', '**', '*.created', 'sale*', 'sale.cre*', 'sale.*.added', 'sale', '.*', 'Sale.*']) assert.not.ok(isEventPattern(pattern), pattern)
})

types('are found by what somebody nearly wrote', () => {
  assert.equal(nearNames('sale.craeted', known), ['sale.created'])
  assert.is(nearNames('Sale.Complete', known)[0], 'sale.completed')
  assert.is(nearNames('sale', known).length, 3)
  assert.equal(nearNames('warehouse.exploded', known), [])
  assert.is(nearNames('x'.repeat(1_000_000), known).length, 0)
})

types('that an endpoint names wrongly are all told, with near names', () => {
  const problems = eventPatternProblems(['sale.craeted', 'sale.*', 'Product.*', 'ghost.*', '*'], known)
  assert.equal(problems.map(({ code }) => code), ['WHEVT', 'WHEVT', 'WHEVT'])
  assert.match(problems[0]?.hint as string, 'sale.created')
  assert.match(problems[1]?.hint as string, 'product.*')
  assert.match(problems[2]?.message as string, 'matches no event type')
  assert.is(eventPatternProblems([], known).length, 1)
  assert.equal(eventPatternProblems(['sale.created', 'product.*'], known), [])
})

types.run()
