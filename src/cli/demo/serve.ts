/** The GraphQL API beside the demo, and a token to try it with. */
import { randomBytes } from 'node:crypto'
import type { Config } from '../../config/load.ts'
import { RowhookError } from '../../core/errors.ts'
import { demoTenant } from '../../database/demo.ts'
import type { Server } from '../../server/server.ts'
import { serverSettings } from '../run-server.ts'

const TOKEN_SECONDS = 24 * 3_600

export type DemoApi = { readonly server: Server; readonly token: string }

/**
 * Serves on PORT, or on a free port where another program has that one. Without a secret of the configuration one is made for this
 * process alone. Nothing is served where an identity provider makes the tokens.
 */
export const serveDemo = async (databaseUrl: string, config: Config, log: Parameters<typeof serverSettings>[2]): Promise<DemoApi | undefined> => {
  if (config.jwksUrl !== undefined) return undefined
  const { launchServer } = await import('../../wiring/launch-server.ts')
  const { mintToken } = await import('../../server/mint.ts')
  const given = serverSettings(config, databaseUrl, log)
  const jwtSecret = given.jwtSecret ?? randomBytes(32).toString('base64url')
  const settings = { ...given, jwtSecret, graphiql: true, host: '127.0.0.1', allowHttp: true, allowNets: [...config.allowNets, '127.0.0.1'], allowPorts: 'any' as const }
  const server = await launchServer(settings).catch((error: unknown) => {
    if (error instanceof RowhookError && error.code === 'WHLIS') return launchServer({ ...settings, port: 0 })
    throw error
  })
  return { server, token: await mintToken(jwtSecret, config.jwtIssuer, { role: 'owner', tenantId: demoTenant, subject: 'demo', expiresInSeconds: TOKEN_SECONDS }) }
}
