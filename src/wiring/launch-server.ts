/** The API server, put together from the configuration. */
import { existsSync } from 'node:fs'
import type { Config } from '../config/load.ts'
import { adminFolder, adminOperations } from '../config/package.ts'
import { addressPolicy } from '../core/address.ts'
import { findApiKey } from '../database/api-keys.ts'
import { checkPool, createPool } from '../database/pool.ts'
import { liveDeliveries, liveDeliveriesOf, liveEvents } from '../database/live.ts'
import { databaseTroubles } from '../database/readiness.ts'
import { createLive } from '../graphql/live.ts'
import { isApiRole, type Identity } from '../graphql/identity.ts'
import { createAdminPage } from '../server/admin-page.ts'
import { createServerMetrics } from '../metrics/server-metrics.ts'
import type { Metrics } from '../metrics/scrape.ts'
import { createIdentify } from '../server/identify.ts'
import { readOperations } from '../server/operations-file.ts'
import { metricsRoute, routeName } from '../server/metrics-route.ts'
import { startServer, type Route, type Server, type ServerOptions } from '../server/server.ts'
import { createTokenVerifier } from '../server/tokens.ts'
import { keyringOf } from './keyring.ts'

export type ServerSettings = Pick<
  Config,
  'host' | 'port' | 'publicPath' | 'jwtSecret' | 'jwksUrl' | 'jwtIssuer' | 'corsOrigins' | 'graphiql' | 'persistedOperations' | 'allowHttp' | 'allowNets'
> & {
  readonly databaseUrl: string
  /** `WEBHOOK_SECRETS_KEY`: the first seals what is written, all of them open */
  readonly secretsKeys?: readonly Uint8Array[]
  readonly allowPorts: readonly number[] | 'any'
  readonly log: ServerOptions['log']
  /** of each statement of a request; ten seconds if left out */
  readonly statementTimeoutMs?: number
  /** parts of the process that /metrics tells of beside the server; asked at each scrape, so that one may come later */
  readonly scraped?: Metrics[]
  /** asked before the server's own */
  readonly routes?: readonly Route[]
}

/** Requests under way at the database at once; the others wait for a connection. */
const POOL_SIZE = 20
/** Of what the server asks for itself: whose key it is, what is watched, whether it can serve. */
const STATEMENT_MS = 10_000

/** Where only known operations run, those of the admin page are known. */
const knownOperations = (files: readonly string[]) =>
  files.length === 0 ? undefined : readOperations([...files, ...(existsSync(adminOperations) ? [adminOperations] : [])])

/**
 * Starts the server on a migrated database. It serves until `stop`.
 * @throws RowhookError WHAUT without a key for tokens, WHDBC, WHLIS, WHNET, WHOPF
 */
export const launchServer = async (settings: ServerSettings): Promise<Server> => {
  const { log } = settings
  const verifyToken = createTokenVerifier({ ...settings, onTrouble: ({ cause }) => log.error({ err: cause }, 'the keys for tokens cannot be read') })
  const operations = knownOperations(settings.persistedOperations)
  const policy = addressPolicy({ allowHttp: settings.allowHttp, allowNets: settings.allowNets, allowPorts: settings.allowPorts })
  const onError = (error: Error) => log.error({ err: error }, 'a connection broke')
  const pool = createPool({ databaseUrl: settings.databaseUrl, name: 'rowhook server', role: 'rowhook_api', max: POOL_SIZE, statementTimeoutMs: STATEMENT_MS, onError })

  const findKey = async (key: string): Promise<Identity | undefined> => {
    const found = await findApiKey(pool, key)
    if (!found || !isApiRole(found.role)) return undefined
    return { subject: `key:${found.id}`, role: found.role, tenantId: found.tenantId, expiresAtMs: found.expiresAt?.getTime(), keyId: found.id }
  }

  try {
    await checkPool(pool)
    const live = createLive({
      deliveries: (endpointIds) => liveDeliveries(pool, endpointIds),
      deliveriesOf: (tenantIds, everybody) => liveDeliveriesOf(pool, tenantIds, everybody),
      events: (tenantIds, seconds, everybody) => liveEvents(pool, tenantIds, seconds, everybody),
      onError: (error) => log.error({ err: error }, 'what is watched live could not be looked at'),
    })
    const page = createAdminPage({ folder: adminFolder, publicPath: settings.publicPath })
    if (!page) log.info({ folder: adminFolder }, 'there is no admin page: npm run build:admin makes it')
    const identify = createIdentify({ verifyToken, findKey })
    let server: Server | undefined
    const metrics = createServerMetrics({ pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }), sockets: () => server?.sockets() ?? 0 })
    const scraped = settings.scraped ?? []
    scraped.push(metrics)
    const routes = [...(settings.routes ?? []), metricsRoute(settings.publicPath, identify, scraped), ...(page ? [page] : [])]
    const onAnswered = (path: string, status: number, durationMs: number) => metrics.answered(routeName(settings.publicPath, path), status, durationMs)
    const started = await startServer({ ...settings, routes, onAnswered, pool, policy, keyring: keyringOf(settings), live, operations, identify, troubles: () => databaseTroubles(pool) })
    server = started
    const stop = async (graceMs?: number) => {
      await started.stop(graceMs)
      if (!pool.ended) await pool.end()
    }
    let stopping: Promise<void> | undefined
    return { ...started, stop: (graceMs) => (stopping ??= stop(graceMs)) }
  } catch (error) {
    if (!pool.ended) await pool.end()
    throw error
  }
}
