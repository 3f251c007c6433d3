/** Domain writes as an application makes them: so many clients, each with prepared statements, one transaction a statement. */
import pg from 'pg'
import { serve } from '../harness/serve.ts'

const INSERT = `insert into public.bench_orders (tenant_id, customer, amount, note) values ($1, $2, $3, $4)`

let clients: pg.Client[]

serve({
  start: async (databaseUrl: string, count: number) => {
    clients = Array.from({ length: count }, () => new pg.Client({ connectionString: databaseUrl }))
    await Promise.all(clients.map((client) => client.connect()))
  },
  /** @param tenants 1: all rows belong to tenant `t0`; more: each row to the next one */
  write: async (count: number, tenants: number) => {
    let next = 0
    await Promise.all(
      clients.map(async (client) => {
        while (next < count) {
          const n = next++
          await client.query({ name: 'insert', text: INSERT, values: [`t${n % tenants}`, `customer ${n}`, `${n % 1_000}.50`, 'as agreed by telephone'] })
        }
      }),
    )
  },
  stop: () => Promise.all(clients.map((client) => client.end())),
})
