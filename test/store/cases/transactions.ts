/** Events of payment transactions. */
import type { Shop } from '../shop.ts'
import { omit, setStatus, type Case, type Row } from './case.ts'

/** What a snapshot of a transaction says, less checkout, product and offer. */
const transaction = (row: Row): Row => ({
  transaction_id: row['id'],
  ...omit(row, 'id', 'tenant_id', 'product_id', 'checkout', 'offer'),
  amount: '12.50',
  refunded_amount: '0.00',
})

const snapshot = (row: Row, { products }: Shop): Row => ({
  ...transaction(row),
  checkout: { id: 'chk_1', coupon: null },
  product: { product_id: products, sku: 'HAM-500', name: 'Hammer 500 g', price: '12.50', currency: 'USD' },
  offer: { id: 'off_1' },
})

export const transactions: readonly Case[] = [
  {
    type: 'payment_transaction.created',
    table: 'payment_transactions',
    write: ({ tenants }) => `insert into payment_transactions (tenant_id, amount, provider) values ('${tenants}', 12.5, 'cardhouse')`,
    data: transaction,
  },
  {
    type: 'payment_transaction.status_changed',
    table: 'payment_transactions',
    write: setStatus('payment_transactions', 'voided', `, provider_reference = 'ch_42'`),
    data: snapshot,
  },
  {
    type: 'payment_transaction.partially_refunded',
    table: 'payment_transactions',
    write: ({ payment_transactions }) => `update payment_transactions set refunded_amount = 5 where id = ${payment_transactions}`,
    data: (row, shop) => ({ ...snapshot(row, shop), refunded_amount: '5.00' }),
  },
]
