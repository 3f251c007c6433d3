/** `rowhook partitions`: the weeks of the log. */
import type { Command } from 'commander'
import { administer, printOne, printRows, snakeCased, type JsonOption } from '../administer.ts'

const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)

const run = ({ run: isRun, json }: { run?: true } & JsonOption) =>
  administer(
    'partitions',
    async (client) => {
      const { listPartitions, maintainPartitions } = await import('../../database/retention.ts')
      if (isRun) return printOne(snakeCased({ ...(await maintainPartitions(client)) }), { ...(json && { json }) })
      const partitions = await listPartitions(client)
      const rows = json ? partitions : partitions.map((each) => ({ ...each, mebibytes: mebibytes(each.bytes), dropAt: each.isPast ? 'now, if nothing in it is open' : each.dropAt }))
      printRows(rows.map(snakeCased), ['name', 'starts', 'ends', 'estimated_rows', 'mebibytes', 'drop_at'], { ...(json && { json }) })
    },
    { asOwner: isRun === true },
  )

export const register = (program: Command) =>
  program
    .command('partitions')
    .summary('show the weeks of the log and when they are dropped')
    .description('Lists the weekly partitions of events, deliveries and attempts, their size, and when each is dropped. A worker does that every hour; settings.event_retention and attempt_retention say how long they stay.')
    .option('--run', 'do now what a worker does every hour: make weeks ahead, expire what is over, drop what is past, prune')
    .option('--json', 'print JSON')
    .action(run)
