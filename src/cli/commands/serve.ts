/** `rowhook serve`: the GraphQL API and the admin page. */
import type { Command } from 'commander'
import type { Metrics } from '../../metrics/scrape.ts'
import { openScrapes } from '../open-scrapes.ts'
import { launchServer, serverSettings } from '../run-server.ts'
import { listenForStop } from '../told-to-stop.ts'
import { withDatabase } from '../with-database.ts'

const run = () =>
  withDatabase(async ({ url }, config) => {
    const stopping = listenForStop()
    const { createLog } = await import('../../log.ts')
    const { checkMigrated } = await import('../../database/migrated.ts')
    const log = createLog({ level: config.logLevel })
    await checkMigrated(url)
    const { saySealing } = await import('../../wiring/keyring.ts')
    saySealing(config, log)
    const scraped: Metrics[] = []
    const server = await launchServer({ ...serverSettings(config, url, log), scraped })
    const scrapes = await openScrapes(scraped, config.metricsPort, log)
    const signal = await stopping.asked
    log.info({ signal }, 'stopping')
    await server.stop()
    await scrapes.close()
    log.info({}, 'stopped')
  })

export const register = (program: Command) =>
  program
    .command('serve')
    .summary('serve the GraphQL API and the admin page')
    .description(
      'Serves the GraphQL API under /graphql, the admin page under /admin, /healthz and /readyz on PORT (5080), until SIGTERM or Ctrl-C. It delivers nothing: that is what rowhook worker does.\n' +
        'Tokens are checked by JWT_SECRET or JWKS_URL; rowhook token makes one. /graphiql is there in development (GRAPHIQL).',
    )
    .action(run)
