/** `rowhook recover`: what failed, once more. */
import type { Command } from 'commander'
import { administer, endProgress, printOne, showProgress, type JsonOption } from '../administer.ts'
import { asId } from '../option-values.ts'

type Options = { since: string; until?: string; dryRun?: boolean } & JsonOption

const run = (endpoint: string, { since, until, dryRun = false, json }: Options) =>
  administer('recover', async (client) => {
    const { recover } = await import('../../database/admin/deliveries.ts')
    const deliveries = await recover(client, { endpoint, since, until }, dryRun, (done, share) => showProgress(`${done} deliveries …`, share))
    endProgress()
    printOne(dryRun ? { would_recover: deliveries } : { recovered: deliveries }, { ...(json && { json }) })
  })

export const register = (program: Command) =>
  program
    .command('recover')
    .summary('send again what failed, was cancelled or expired')
    .description(
      'Reopens every delivery of an endpoint that failed, was cancelled or expired, of the events of a window of time. They go out at once, within the limits of the endpoint.\n' +
        'It works in batches of 10,000, and may be stopped and started again.',
    )
    .argument('<endpoint>', 'the endpoint (rowhook endpoints list)', asId)
    .requiredOption('--since <time>', 'events from this time on, such as 2026-08-01T10:00:00Z')
    .option('--until <time>', 'events before this time')
    .option('--dry-run', 'only count: does it, and rolls it back')
    .option('--json', 'print JSON')
    .action(run)
