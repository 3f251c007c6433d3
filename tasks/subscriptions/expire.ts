/** Cron: subscriptions of the sample store whose period has ended expire, which makes `subscription.expired`. */
import type { Task } from 'graphile-worker'
import { expireSubscriptions } from '../../src/database/store.ts'
import { unhurried } from '../../src/database/unhurried.ts'

const expire: Task = async (_payload, { withPgClient, logger }) => {
  const subscriptions = await withPgClient((client) => unhurried(client, expireSubscriptions))
  if (subscriptions > 0) logger.info(`${subscriptions} subscriptions expired`, { subscriptions })
}

export default expire
