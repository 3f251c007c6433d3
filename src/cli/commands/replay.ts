/** `rowhook replay`: events that an endpoint never got. */
import type { Command } from 'commander'
import { administer, endProgress, printOne, showProgress, type JsonOption } from '../administer.ts'
import { asId, collect } from '../option-values.ts'

type Options = { since: string; until?: string; type?: readonly string[]; dryRun?: boolean } & JsonOption

const run = (endpoint: string, { since, until, type, dryRun = false, json }: Options) =>
  administer('replay', async (client) => {
    const { replay } = await import('../../database/admin/deliveries.ts')
    const deliveries = await replay(client, { endpoint, since, until, types: type }, dryRun, (done, share) => showProgress(`${done} deliveries …`, share))
    endProgress()
    printOne(dryRun ? { would_replay: deliveries } : { replayed: deliveries }, { ...(json && { json }) })
  })

export const register = (program: Command) =>
  program
    .command('replay')
    .summary('send the events that an endpoint never got')
    .description(
      'Delivers the events of a window of time that match the endpoint as it is now, and that it never got: those from before it existed, or while it was disabled.\n' +
        'What it got once it does not get again (rowhook deliveries retry --force does that). It works in batches, and may be stopped and started again.',
    )
    .argument('<endpoint>', 'the endpoint (rowhook endpoints list)', asId)
    .requiredOption('--since <time>', 'events from this time on, such as 2026-08-01T10:00:00Z')
    .option('--until <time>', 'events before this time')
    .option('--type <name>', 'of this event type; may be given several times', collect)
    .option('--dry-run', 'only count: does it, and rolls it back')
    .option('--json', 'print JSON')
    .action(run)
