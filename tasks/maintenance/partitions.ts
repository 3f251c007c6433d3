/** Cron: makes partitions of the log ahead, lets expire what is over, drops what is past its retention. */
import type { Task } from 'graphile-worker'
import { maintainPartitions } from '../../src/database/retention.ts'
import { unhurried } from '../../src/database/unhurried.ts'

const partitions: Task = async (_payload, { withPgClient, logger }) => {
  const done = await withPgClient((client) => unhurried(client, maintainPartitions))
  if (done.postponed.length > 0) logger.warn(`partitions of ${done.postponed.join(', ')} are left for the next hour: somebody holds them`, done)
}

export default partitions
