/** The API server as `rowhook serve` runs it. */
import { launchServer } from '../../src/wiring/launch-server.ts'
import type { Server } from '../../src/server/server.ts'
import { createLog } from '../../src/log.ts'
import { serve } from '../harness/serve.ts'

let server: Server

serve({
  start: async (databaseUrl: string, jwtSecret: string) => {
    server = await launchServer({
      databaseUrl, jwtSecret, jwksUrl: undefined, jwtIssuer: undefined, host: '127.0.0.1', port: 0, publicPath: '', corsOrigins: [], graphiql: false,
      persistedOperations: [], allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any', log: createLog({ level: 'warn' }),
    })
  },
  url: () => server.url,
  stop: () => server.stop(2_000),
})
