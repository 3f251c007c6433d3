/** Everything real around the admin page: database, worker, server with the built page, a receiver, a shop with some history. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { packageRoot } from '../../../src/config/package.ts'
import { mint, startTestApi, type TestApi } from '../../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { createReceiver, type Receiver } from '../../support/receiver.ts'
import { waitFor } from '../../support/wait.ts'
import { startTestWorker } from '../../support/worker.ts'
import { type Look, screenOf } from './looks.ts'

export type World = {
  readonly db: TestDatabase
  /** a server that knows any operation, for what a test asks by itself; started for the first who asks */
  readonly api: () => Promise<TestApi>
  /** answers 200; 500 on the path /broken */
  readonly receiver: Receiver
  readonly tenant: string
  /** ids of the endpoints by name: ledger (works), broken (answers 500) */
  readonly endpoints: Readonly<Record<'ledger' | 'broken', string>>
  /** a page in a browser of its own memory, signed in; it fails the test by what it says on the console */
  readonly open: (path: string, options?: OpenOptions) => Promise<Page>
  /** throws what the pages have said on their consoles, and closes them */
  readonly settle: () => Promise<void>
  readonly close: () => Promise<void>
}

export type OpenOptions = Look & {
  readonly role?: 'viewer' | 'manager' | 'owner' | 'operator'
  /** left out: that of the world; the operator has all */
  readonly tenant?: string
  /** no token: the sign-in page */
  readonly isSignedOut?: boolean
  readonly language?: 'en' | 'es'
  /** how long the network takes to open a WebSocket */
  readonly socketDelayMs?: number
}

export const TENANT = 'acme'

/** What the page asks of any other origin than its server fails the test. */
const isForeign = (url: string, origin: string) => !url.startsWith(origin) && !/^(data|blob|about):/.test(url)

const seed = async (db: TestDatabase, receiver: Receiver) => {
  const { rows } = await db.pool.query<{ id: string; name: string }>(
    `insert into webhooks.endpoints (tenant_id, name, description, url, events, rate_limit, retry_schedule)
     values ($1, 'ledger', 'Bookkeeping', $2, '{*}', null, default), ($1, 'broken', 'A receiver in trouble', $2 || 'broken', '{sale.completed}', null, '{1 hour}')
     returning id, name`,
    [TENANT, receiver.url],
  )
  await db.pool.query(
    `insert into webhooks.events (tenant_id, type, resource_type, resource_id, data)
     select $1, case when n % 20 = 7 then 'sale.completed' else 'test.event' end, 'sale', 'sale-' || n, json_build_object('message', 'hello', 'total', '1500.00', 'lines', json_build_array(n, 2.50, true, null)) from generate_series(1, 60) as n`,
    [TENANT],
  )
  return Object.fromEntries(rows.map(({ id, name }) => [name, id])) as World['endpoints']
}

/** @param browser closed with the world */
export const createWorld = async (browser: Browser): Promise<World> => {
  const built = spawnSync(process.execPath, [join(packageRoot, 'ops/admin-page.mjs'), '--if-changed'], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(`The admin page could not be built: ${built.stderr}`)
  const db = await createTestDatabase({ template: 'store' })
  const receiver = await createReceiver()
  receiver.respond(({ path }) => (path.startsWith('/broken') ? { status: 500, headers: { 'content-type': 'application/json' }, body: '{"error":"the ledger is closed"}' } : { status: 200, body: 'thank you' }))
  const worker = await startTestWorker(db.url)
  let started: Promise<TestApi> | undefined
  const api = () => (started ??= startTestApi(db.url, { publicPath: '/hooks', graphiql: false }))
  // The page's own server knows no other operations than those that its build wrote down: whatever the page asks has to be among them.
  const server = await startTestApi(db.url, { publicPath: '/hooks', graphiql: false, persistedOperations: [join(packageRoot, 'test/admin/support/no-operations.json')] })
  const endpoints = await seed(db, receiver)
  await waitFor(async () => (await db.pool.query(`select from webhooks.deliveries where status = 'pending'`)).rowCount === 0, { what: 'the history to be delivered' })

  const complaints: string[] = []
  const contexts: BrowserContext[] = []

  const open = async (path: string, { role = 'owner', tenant = TENANT, isSignedOut = false, language = 'en', socketDelayMs = 0, ...look }: OpenOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ locale: language, timezoneId: 'UTC', ...screenOf(look) })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    if (socketDelayMs > 0) await page.routeWebSocket(/\/graphql$/, async (socket) => { await delay(socketDelayMs); socket.connectToServer() })
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(`${path}: ${message.text()}`))
    page.on('pageerror', (error) => complaints.push(`${path}: ${error.stack ?? error.message}`))
    page.on('request', (request) => isForeign(request.url().replace(/^ws/, 'http'), new URL(server.url).origin) && complaints.push(`${path}: asked ${request.url()}`))
    const token = await mint({ role, ...(role === 'operator' ? {} : { tenant_id: tenant }) })
    await page.goto(`${server.url}/admin${path}${isSignedOut ? '' : `#token=${token}`}`)
    return page
  }

  const settle = async () => {
    const said = complaints.splice(0)
    await Promise.all(contexts.splice(0).map((context) => context.close()))
    if (said.length > 0) throw new Error(`The page complained:\n${said.join('\n')}`)
  }

  return {
    db, api, receiver, endpoints, tenant: TENANT, open, settle,
    close: async () => {
      await browser.close()
      await (await started)?.stop(0)
      await server.stop(0)
      await worker.stop(1_000)
      await receiver.close()
      await db.drop()
    },
  }
}
