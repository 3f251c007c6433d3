/** `rowhook deliveries`: the log, and one delivery by hand. */
import { Option, type Command } from 'commander'
import { administer, printOne, printRows, type JsonOption } from '../administer.ts'
import { notFound } from '../not-found.ts'
import { asId, asNumber } from '../option-values.ts'

const load = () => import('../../database/admin/deliveries.ts')

type ListOptions = { tenant?: string; endpoint?: string; status?: string; type?: string; limit: number } & JsonOption

const list = ({ json, ...filter }: ListOptions) =>
  administer('deliveries', async (client) => {
    const rows = await (await load()).listDeliveries(client, filter)
    printRows(rows, ['id', 'status', 'event_type', 'tenant_id', 'attempts', 'response_code', 'next_retry_at', 'last_error'], { ...(json && { json }) })
  })

const show = (id: string, { json }: JsonOption) =>
  administer('deliveries', async (client) => {
    const found = await (await load()).showDelivery(client, id)
    if (found === undefined) throw notFound('delivery', id, 'rowhook deliveries list shows them; those past their retention are gone.')
    if (json) return printOne({ ...found.delivery, attempt_log: found.attempts }, { json })
    printOne(found.delivery, {})
    printRows(found.attempts, ['number', 'started_at', 'duration_ms', 'status', 'error_kind', 'error'], {})
  })

const report = async (client: Parameters<Parameters<typeof administer>[1]>[0], id: string, options: JsonOption) => {
  const { delivery } = (await (await load()).showDelivery(client, id))!
  printOne({ id, status: delivery['status'], attempts: delivery['attempts'], next_retry_at: delivery['next_retry_at'] }, options)
}

const retry = (id: string, { force = false, json }: { force?: boolean } & JsonOption) =>
  administer('deliveries', async (client) => {
    await (await load()).retryDelivery(client, id, force)
    await report(client, id, { ...(json && { json }) })
  })

const cancel = (id: string, options: JsonOption) =>
  administer('deliveries', async (client) => {
    await (await load()).cancelDelivery(client, id)
    await report(client, id, options)
  })

export const register = (program: Command) => {
  const deliveries = program
    .command('deliveries')
    .summary('look at deliveries, retry or cancel one')
    .description('Deliveries: an event on its way to an endpoint, and what became of it.')
    .helpCommand(false)
  const sub = (name: string, description: string) => deliveries.command(name).description(description).option('--json', 'print JSON')
  sub('list', 'Lists the newest deliveries.')
    .option('--tenant <id>', 'of this tenant')
    .option('--endpoint <id>', 'to this endpoint', asId)
    .addOption(new Option('--status <status>', 'of this status; failed are the dead letters').choices(['pending', 'retrying', 'success', 'failed', 'cancelled', 'expired']))
    .option('--type <name>', 'of this event type')
    .option('--limit <number>', 'so many', asNumber(1, 10_000), 50)
    .action(list)
  sub('show', 'Shows a delivery: what was sent, and every attempt.').argument('<id>', 'the delivery', asId).action(show)
  sub('retry', 'Sends a delivery again now, with a fresh budget of attempts.')
    .argument('<id>', 'the delivery', asId)
    .option('--force', 'also one that succeeded')
    .action(retry)
  sub('cancel', 'Sends a delivery no more; rowhook recover brings it back.').argument('<id>', 'the delivery', asId).action(cancel)
}
