/** Events of tenants and users. */
import { omit, type Case, type Row } from './case.ts'

/** All but the hash of the password. */
const withoutPassword = (row: Row): Row => omit(row, 'password_hash')

export const accounts: readonly Case[] = [
  {
    type: 'tenant.created',
    table: 'tenants',
    write: ({ nextTenant }) => `insert into tenants (id, name) values ('${nextTenant}', 'Librería Sol')`,
    tenant: ({ nextTenant }) => nextTenant,
    data: (row) => ({ ...row, name: 'Librería Sol', country: 'EC', is_active: true }),
  },
  {
    type: 'tenant.updated',
    table: 'tenants',
    write: ({ tenants }) => `update tenants set name = 'Librería Sol' where id = '${tenants}'`,
    data: (row) => ({ ...row, name: 'Librería Sol' }),
  },
  {
    type: 'user.created',
    table: 'users',
    write: ({ tenants }) => `insert into users (tenant_id, email, password_hash) values ('${tenants}', 'luis@example.com', 'scrypt:2:secret')`,
    data: withoutPassword,
  },
  {
    type: 'user.updated',
    table: 'users',
    write: ({ users }) => `update users set role = 'manager', password_hash = 'scrypt:3:secret' where id = ${users}`,
    data: withoutPassword,
  },
  {
    type: 'user.deleted',
    table: 'users',
    write: ({ users }) => `delete from users where id = ${users}`,
    data: withoutPassword,
  },
]
