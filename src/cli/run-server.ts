/** The API server as a part of a process. */
import type { Config } from '../config/load.ts'
import { RowhookError } from '../core/errors.ts'
import type { Server } from '../server/server.ts'
import type { ServerSettings } from '../wiring/launch-server.ts'
import { apiSecret } from './api-secret.ts'

/** What the server takes from the configuration. */
export const serverSettings = (config: Config, databaseUrl: string, log: ServerSettings['log']): ServerSettings => ({
  ...config,
  databaseUrl,
  log,
  jwtSecret: apiSecret(config),
})

/**
 * Starts the server and says where it is.
 * @throws RowhookError WHAUT, WHLIS, WHDBC
 */
export const launchServer = async (settings: ServerSettings): Promise<Server> => {
  const { launchServer: launch } = await import('../wiring/launch-server.ts')
  const server = await launch(settings)
  settings.log.info({ url: `${server.url}/graphql` }, 'server ready')
  return server
}

/** As `launchServer`; in development (the embedded PostgreSQL) on a free port where another program has the usual one. */
export const launchServerSomewhere = async (settings: ServerSettings, isDevelopment: boolean): Promise<Server> => {
  try {
    return await launchServer(settings)
  } catch (error) {
    if (!isDevelopment || !(error instanceof RowhookError) || error.code !== 'WHLIS') throw error
    settings.log.info({ port: settings.port }, 'another program has the port of the API; taking a free one')
    return launchServer({ ...settings, port: 0 })
  }
}
