/** A shop with one row in each table, for tests that write to one of them. */
import { randomUUID } from 'node:crypto'
import type pg from 'pg'

const tables = [
  'users', 'products', 'customers', 'sales', 'orders', 'sales_orders', 'credits', 'credit_payments', 'subscriptions', 'invoices', 'payments',
  'payment_transactions',
] as const

/** Every table of the store. */
export type Table = 'tenants' | (typeof tables)[number]

/** The ids of a shop's rows, each under the name of its table, and one for a tenant that is yet to come. */
export type Shop = { readonly tenants: string; readonly nextTenant: string } & Readonly<Record<(typeof tables)[number], number>>

const inserts: Readonly<Record<(typeof tables)[number], (shop: Partial<Shop>) => string>> = {
  users: () => `(tenant_id, email, name, password_hash) values ($1, 'rosa@example.com', 'Rosa Paredes', 'scrypt:1:secret')`,
  products: () => `(tenant_id, sku, name, price, stock, low_stock_threshold) values ($1, 'HAM-500', 'Hammer 500 g', 12.5, 10, 5)`,
  customers: () => `(tenant_id, business_name, ruc) values ($1, 'Comercial Quito S.A.', '1790012345001')`,
  sales: ({ customers, users }) => `(tenant_id, customer_id, user_id, total) values ($1, ${customers}, ${users}, 1500)`,
  orders: ({ customers }) => `(tenant_id, customer_id, total) values ($1, ${customers}, 230)`,
  sales_orders: ({ customers }) => `(tenant_id, customer_id, items, amount) values ($1, ${customers}, '[{"sku": "HAM-500", "quantity": 2}]', 25)`,
  credits: ({ customers, sales }) => `(tenant_id, customer_id, sale_id, amount, due_at) values ($1, ${customers}, ${sales}, 800, '2030-01-01Z')`,
  credit_payments: ({ credits }) => `(tenant_id, credit_id, amount) values ($1, ${credits}, 100)`,
  subscriptions: ({ customers }) =>
    `(tenant_id, customer_id, plan, price, current_period_start, current_period_end) values ($1, ${customers}, 'monthly', 29.9, '2029-12-01Z', '2030-01-01Z')`,
  invoices: ({ customers }) => `(tenant_id, customer_id, invoice_number, amount) values ($1, ${customers}, '001-001-000000042', 1500)`,
  payments: ({ invoices }) => `(tenant_id, invoice_id, amount) values ($1, ${invoices}, 500)`,
  payment_transactions: ({ products }) =>
    `(tenant_id, status, amount, provider, product_id, checkout, offer)
     values ($1, 'captured', 12.5, 'cardhouse', ${products}, '{"id": "chk_1", "coupon": null}', '{"id": "off_1"}')`,
}

/** Opens a shop. */
export const openShop = async (pool: pg.Pool): Promise<Shop> => {
  const shop: Partial<Record<(typeof tables)[number], number>> & { tenants: string; nextTenant: string } = { tenants: randomUUID(), nextTenant: randomUUID() }
  await pool.query(`insert into tenants (id, name) values ($1, 'Ferretería Andina')`, [shop.tenants])
  for (const table of tables) {
    const { rows } = await pool.query<{ id: string }>(`insert into ${table} ${inserts[table](shop)} returning id`, [shop.tenants])
    shop[table] = Number(rows[0]!.id)
  }
  return shop as Shop
}
