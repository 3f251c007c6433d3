/** `rowhook tail`: deliveries as they happen. */
import type { Command } from 'commander'
import { setTimeout as sleep } from 'node:timers/promises'
import { administer, asText, type JsonOption, type Row } from '../administer.ts'
import { asId } from '../option-values.ts'
import { legible } from '../show-arrival.ts'
import { listenForStop } from '../told-to-stop.ts'

const PERIOD_MS = 500

/** What is new about a delivery if this differs. */
const mark = ({ status, attempts }: Row) => `${String(status)} ${String(attempts)}`

const line = ({ id, status, event_type, tenant_id, endpoint_id, attempts, response_code, response_time_ms, last_error }: Row): string =>
  legible(
    [new Date().toISOString(), String(status).padEnd(9), event_type, `tenant ${String(tenant_id)}`, `endpoint ${String(endpoint_id)}`, `delivery ${String(id)}`,
      attempts === 0 ? '' : `attempt ${String(attempts)}: ${asText(response_code) ?? 'no answer'} in ${String(response_time_ms)} ms`, last_error ?? ''].filter(Boolean).join('  '),
  )

type Options = { tenant?: string; endpoint?: string; once?: true } & JsonOption

const run = ({ tenant, endpoint, once, json }: Options) =>
  administer('tail', async (client) => {
    const { recentDeliveries } = await import('../../database/admin/deliveries.ts')
    const stopping = listenForStop()
    const seen = new Map<string, string>()
    for (let isFirst = true; !stopping.isAsked(); isFirst = false) {
      const rows = await recentDeliveries(client, tenant, endpoint)
      const news = rows.filter((row) => seen.get(row['id'] as string) !== mark(row))
      seen.clear() // what has left the window of the query is not kept
      for (const row of rows) seen.set(row['id'] as string, mark(row))
      // What was there before comes in short, so that the terminal is not flooded at the start.
      for (const row of isFirst ? news.slice(-10) : news) process.stdout.write(`${json ? JSON.stringify(row) : line(row)}\n`)
      if (once) return
      await Promise.race([stopping.asked, sleep(PERIOD_MS)])
    }
  })

export const register = (program: Command) =>
  program
    .command('tail')
    .summary('watch deliveries in the terminal')
    .description('Prints a line for each change of a delivery as it happens, until Ctrl-C: the last ten first. It looks twice a second at the newest 2,000 deliveries of the last hour.')
    .option('--tenant <id>', 'of this tenant')
    .option('--endpoint <id>', 'to this endpoint', asId)
    .option('--once', 'print the last ten and end')
    .option('--json', 'print a JSON object a line')
    .action(run)
