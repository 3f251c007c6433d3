/** The API in a process of its own, over a database that a figure has filled, and clients that ask it. */
import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { Pool } from 'undici'
import { mintToken } from '../../src/server/mint.ts'
import type { Bench } from './bench.ts'
import { startChild, type Child } from './child.ts'
import type { Sample } from './figure.ts'
import { percentile } from './statistics.ts'

export type Api = {
  readonly pool: pg.Pool
  readonly databaseUrl: string
  readonly url: string
  readonly child: Child
  readonly token: (tenantId: string) => Promise<string>
  readonly stop: () => Promise<void>
}

/** A database of its own, filled by `prepare`, and a server on it. */
export const startApi = async ({ server }: Bench, prepare: (pool: pg.Pool) => Promise<unknown>): Promise<Api> => {
  const database = await server.create('core')
  await database.pool.query(`update webhooks.settings set allow_http = true, allow_ports = '{}'`)
  await prepare(database.pool)
  const secret = randomBytes(32).toString('base64')
  const child = await startChild('server', database.url, secret)
  return {
    pool: database.pool,
    databaseUrl: database.url,
    url: await child.call<string>('url'),
    child,
    token: (tenantId) => mintToken(secret, undefined, { role: 'viewer', tenantId, subject: 'bench', expiresInSeconds: 3_600 }),
    stop: async () => {
      await child.stop()
      await database.drop()
    },
  }
}

/** Clients that ask again as soon as they are answered, for so many seconds after a warm-up. @param ask one question; throws where the answer is not the one */
export const load = async (ask: () => Promise<unknown>, { clients, seconds }: { readonly clients: number; readonly seconds: number }): Promise<Sample> => {
  const times: number[] = []
  const run = async (untilMs: number, isCounted: boolean) => {
    while (performance.now() < untilMs) {
      const startedMs = performance.now()
      await ask()
      if (isCounted) times.push(performance.now() - startedMs)
    }
  }
  const together = (seconds: number, isCounted: boolean) => {
    const untilMs = performance.now() + seconds * 1000
    return Promise.all(Array.from({ length: clients }, () => run(untilMs, isCounted)))
  }
  await together(Math.min(2, seconds / 2), false)
  const startedMs = performance.now()
  await together(seconds, true)
  return { rate: (times.length / (performance.now() - startedMs)) * 1000, p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

/** Asks the API by connections that stay open. */
export const asker = async (api: Api, tenantId: string, connections: number) => {
  const pool = new Pool(new URL(api.url).origin, { connections, pipelining: 1 })
  const headers = { authorization: `Bearer ${await api.token(tenantId)}`, 'content-type': 'application/json', accept: 'application/json' }
  return {
    ask: async (query: string): Promise<Record<string, unknown>> => {
      const { body } = await pool.request({ method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query }) })
      const { data, errors } = (await body.json()) as { data?: Record<string, unknown>; errors?: readonly { readonly message: string }[] }
      if (errors || !data) throw new Error(`${query}: ${JSON.stringify(errors)}`)
      return data
    },
    close: () => pool.close(),
  }
}
