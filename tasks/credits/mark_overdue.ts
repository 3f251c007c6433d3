/** Cron: credits of the sample store that were not paid back in time become overdue, which makes `credit.overdue`. */
import type { Task } from 'graphile-worker'
import { markOverdueCredits } from '../../src/database/store.ts'
import { unhurried } from '../../src/database/unhurried.ts'

const markOverdue: Task = async (_payload, { withPgClient, logger }) => {
  const credits = await withPgClient((client) => unhurried(client, markOverdueCredits))
  if (credits > 0) logger.info(`${credits} credits are overdue`, { credits })
}

export default markOverdue
