/** Events of credits and subscriptions. */
import { transition, type Case } from './case.ts'

export const credit: readonly Case[] = [
  {
    type: 'credit.created',
    table: 'credits',
    write: ({ tenants, customers }) => `insert into credits (tenant_id, customer_id, amount, due_at) values ('${tenants}', ${customers}, 99.99, '2031-01-01Z')`,
    data: (row) => ({ ...row, amount: '99.99', status: 'open' }),
  },
  {
    type: 'credit.payment',
    table: 'credit_payments',
    write: ({ tenants, credits }) => `insert into credit_payments (tenant_id, credit_id, amount, method) values ('${tenants}', ${credits}, 200, 'transfer')`,
    data: (row) => ({ ...row, amount: '200.00', method: 'transfer' }),
    resource: ({ credits }) => ({ type: 'credit', id: String(credits) }),
  },
  {
    type: 'credit.overdue',
    table: 'credits',
    write: () => `select mark_overdue_credits('2030-01-01T00:00:01Z')`,
    data: (row) => ({ ...row, amount: '800.00', status: 'overdue' }),
  },
  {
    type: 'subscription.created',
    table: 'subscriptions',
    write: ({ tenants, customers }) =>
      `insert into subscriptions (tenant_id, customer_id, plan, price, current_period_start, current_period_end) values ('${tenants}', ${customers}, 'yearly', 299, '2031-01-01Z', '2032-01-01Z')`,
    data: (row) => ({ ...row, price: '299.00', plan: 'yearly', status: 'active' }),
  },
  {
    type: 'subscription.updated',
    table: 'subscriptions',
    write: ({ subscriptions }) => `update subscriptions set price = 39.9 where id = ${subscriptions}`,
    data: (row) => ({ ...row, price: '39.90' }),
  },
  {
    type: 'subscription.renewed',
    table: 'subscriptions',
    write: ({ subscriptions }) => `update subscriptions set current_period_start = current_period_end, current_period_end = '2030-02-01Z' where id = ${subscriptions}`,
    data: (row) => ({ ...row, price: '29.90' }),
  },
  transition('subscription.cancelled', 'subscriptions', { price: '29.90' }),
  {
    type: 'subscription.expired',
    table: 'subscriptions',
    write: () => `select expire_subscriptions('2030-01-01T00:00:00Z')`,
    data: (row) => ({ ...row, price: '29.90', status: 'expired' }),
  },
]
