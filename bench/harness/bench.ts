/** What all figures of one run share: the server, the receiver, Redis. */
import { startDatabaseServer, type DatabaseServer } from './database.ts'
import { startReceiver, type Receiver } from './receiver.ts'
import { hasRedis, startRedis, type Redis } from './redis.ts'

export type Bench = {
  readonly server: DatabaseServer
  readonly receiver: Receiver
  /** undefined where no redis-server is installed */
  readonly redis: Redis | undefined
  /** print what statements cost after each Rowhook run */
  readonly statements: boolean
  readonly stop: () => Promise<void>
}

export const startBench = async (options: { readonly statements: boolean }): Promise<Bench> => {
  const server = await startDatabaseServer(options)
  const receiver = await startReceiver()
  const redis = hasRedis() ? await startRedis() : undefined
  return {
    server,
    receiver,
    redis,
    statements: options.statements,
    stop: async () => {
      await receiver.stop()
      await redis?.stop()
      await server.stop()
    },
  }
}
