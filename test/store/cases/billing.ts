/** Events of invoices and payments. */
import { pick, setStatus, transition, type Case } from './case.ts'

export const billing: readonly Case[] = [
  {
    type: 'invoice.created',
    table: 'invoices',
    write: ({ tenants, customers }) => `insert into invoices (tenant_id, customer_id, invoice_number, amount) values ('${tenants}', ${customers}, '001-001-000000043', 1500)`,
    data: (row, { customers }) => ({
      invoice_id: row['id'],
      invoice_number: '001-001-000000043',
      amount: '1500.00',
      currency: 'USD',
      customer: { customer_id: customers, business_name: 'Comercial Quito S.A.', ruc: '1790012345001' },
      status: 'draft',
    }),
  },
  {
    type: 'invoice.sent',
    table: 'invoices',
    write: setStatus('invoices', 'sent'),
    data: (row) => pick(row, { invoice_id: row['id'], invoice_number: '001-001-000000042' }, 'sent_at'),
  },
  {
    type: 'invoice.authorized',
    table: 'invoices',
    write: setStatus('invoices', 'authorized', `, authorization_number = '0503202601179001'`),
    data: (row) => pick(row, { invoice_id: row['id'], authorization_number: '0503202601179001' }, 'authorization_date'),
  },
  {
    type: 'invoice.rejected',
    table: 'invoices',
    write: setStatus('invoices', 'rejected', `, rejection_reason = 'RUC unknown'`),
    data: (row) => pick(row, { invoice_id: row['id'], rejection_reason: 'RUC unknown' }, 'rejected_at'),
  },
  transition('invoice.paid', 'invoices', { amount: '1500.00' }),
  transition('invoice.failed', 'invoices', { amount: '1500.00' }),
  {
    type: 'payment.received',
    table: 'payments',
    write: ({ tenants, invoices }) =>
      `insert into payments (tenant_id, invoice_id, amount, method, reference) values ('${tenants}', ${invoices}, 1000, 'transfer', 'TR-4711')`,
    data: (row, { invoices }) =>
      pick(row, { payment_id: row['id'], invoice_id: invoices, amount: '1000.00', method: 'transfer', reference: 'TR-4711' }, 'received_at'),
  },
]
