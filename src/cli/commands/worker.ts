/** `rowhook worker`: delivers. */
import type { Command } from 'commander'
import { runWorker, workerSettings } from '../run-worker.ts'
import { keepHeapSmall } from '../small-heap.ts'
import { listenForStop } from '../told-to-stop.ts'
import { withDatabase } from '../with-database.ts'

const run = () =>
  withDatabase(async ({ url }, config) => {
    keepHeapSmall()
    const stopping = listenForStop()
    const { createLog } = await import('../../log.ts')
    await runWorker(workerSettings(config, url, createLog({ level: config.logLevel })), stopping)
  })

export const register = (program: Command) =>
  program
    .command('worker')
    .summary('deliver webhooks until told to stop')
    .description(
      'Delivers what is due, until SIGTERM or Ctrl-C. Start as many as you like: they share the work, and the others take over from one that dies.\n' +
        'A stopped worker lets its requests end, for 20 seconds at most, and hands the rest back. A second signal ends it at once; nothing is lost by that either.',
    )
    .action(run)
