/** Events of products, customers, sales and orders. */
import { pick, setStatus, transition, type Case } from './case.ts'

export const trade: readonly Case[] = [
  {
    type: 'product.created',
    table: 'products',
    write: ({ tenants }) => `insert into products (tenant_id, sku, name, price) values ('${tenants}', 'NAIL-20', 'Nails 20 mm', 3)`,
    data: (row) => ({ ...row, price: '3.00' }),
  },
  {
    type: 'product.updated',
    table: 'products',
    write: ({ products }) => `update products set price = 13 where id = ${products}`,
    data: (row) => ({ ...row, price: '13.00' }),
  },
  {
    type: 'product.deleted',
    table: 'products',
    write: ({ products }) => `delete from products where id = ${products}`,
    data: (row) => ({ ...row, price: '12.50' }),
  },
  {
    type: 'product.low_stock',
    table: 'products',
    write: ({ products }) => `update products set stock = 5 where id = ${products}`,
    data: (row) => ({ ...row, price: '12.50', stock: 5, low_stock_threshold: 5 }),
  },
  {
    type: 'customer.created',
    table: 'customers',
    write: ({ tenants }) => `insert into customers (tenant_id, business_name, ruc, country) values ('${tenants}', 'Lima Norte', '20512345678', 'PE')`,
    data: (row) => pick(row, { customer_id: row['id'], business_name: 'Lima Norte', ruc: '20512345678', country: 'PE' }, 'created_at'),
  },
  {
    type: 'customer.updated',
    table: 'customers',
    write: ({ customers }) => `update customers set business_name = 'Lima Sur' where id = ${customers}`,
    data: (row) => pick(row, { customer_id: row['id'], business_name: 'Lima Sur' }, 'updated_at'),
  },
  {
    type: 'sale.created',
    table: 'sales',
    write: ({ tenants }) => `insert into sales (tenant_id, total) values ('${tenants}', 1500)`,
    data: (row) => ({ ...row, total: '1500.00', status: 'pending' }),
  },
  transition('sale.completed', 'sales', { total: '1500.00' }),
  transition('sale.cancelled', 'sales', { total: '1500.00' }),
  transition('sale.refunded', 'sales', { total: '1500.00' }),
  {
    type: 'order.created',
    table: 'orders',
    write: ({ tenants }) => `insert into orders (tenant_id, total) values ('${tenants}', 0.1)`,
    data: (row) => ({ ...row, total: '0.10', status: 'pending' }),
  },
  transition('order.confirmed', 'orders', { total: '230.00' }),
  transition('order.delivered', 'orders', { total: '230.00' }),
  transition('order.cancelled', 'orders', { total: '230.00' }),
  {
    type: 'sales_order.created',
    table: 'sales_orders',
    write: ({ tenants, customers }) =>
      `insert into sales_orders (tenant_id, customer_id, items, amount) values ('${tenants}', ${customers}, '[{"sku": "A"}, {"sku": "B"}, {"sku": "C"}]', 75)`,
    data: (row, { customers }) => pick(row, { order_id: row['id'], customer_id: customers, amount: '75.00', items_count: 3 }, 'created_at'),
  },
  {
    type: 'sales_order.confirmed',
    table: 'sales_orders',
    write: setStatus('sales_orders', 'confirmed'),
    data: (row) => pick(row, { order_id: row['id'] }, 'confirmed_at'),
  },
]
