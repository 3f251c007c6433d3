/** `rowhook demo`, which is `npm start`: a sale becomes a verified webhook before your eyes. */
import type { Command } from 'commander'
import type { Config } from '../../config/load.ts'
import { RowhookError } from '../../core/errors.ts'
import type { DemoEndpoint } from '../../database/demo.ts'
import type { OpenDatabase } from '../../database/open.ts'
import { collectArrivals, isSale, type Arrivals } from '../demo/await-arrival.ts'
import * as words from '../demo/words.ts'
import { openReceiver } from '../receiver.ts'
import { workerSettings } from '../run-worker.ts'
import { listenForStop, type Stopping } from '../told-to-stop.ts'
import { withDatabase } from '../with-database.ts'

type Options = { readonly once?: true }

/** From the commit to the receiver; it takes milliseconds. */
const ARRIVAL_DEADLINE_MS = 30_000
const GRACE_MS = 5_000

const print = (line: string) => process.stdout.write(`${line}\n`)

const nothingArrived = (detail: string) =>
  new RowhookError({
    code: 'WHDEM',
    message: `Nothing arrived within ${ARRIVAL_DEADLINE_MS / 1000} seconds.`,
    detail,
    hint: 'Start again with LOG_LEVEL=debug for more; docs/errors.md says what codes mean.',
  })

const madeNoEvent = () =>
  new RowhookError({
    code: 'WHDEM',
    message: 'The sale was written and made no event.',
    detail: 'Capture is off (settings.capture), or public.sales is not watched.',
    hint: 'Switch it on: update webhooks.settings set capture = true. rowhook migrate status tells whether a migration is missing.',
  })

/**
 * The worker may reach this machine by plain HTTP: in this process alone. Any port, because of two demos on one database either
 * worker may serve the other's receiver.
 */
const settingsFor = (config: Config, database: OpenDatabase, log: Parameters<typeof workerSettings>[2]) => ({
  ...workerSettings(config, database.url, log),
  allowHttp: true,
  allowNets: [...config.allowNets, '127.0.0.1'],
  allowPorts: 'any' as const,
})

const sendsNothing = () =>
  new RowhookError({
    code: 'WHDEM',
    message: 'The demo would show nothing.',
    detail: 'OUTBOUND_WEBHOOKS_ENABLED is false, so events are recorded and nothing is sent.',
    hint: 'Unset it, or set it to true.',
  })

/** Migrates, and tells what is there. */
const prepare = async (database: OpenDatabase) => {
  const { connectClient } = await import('../../database/connection-error.ts')
  const { migrateUp } = await import('../../database/migrate.ts')
  const client = await connectClient({ connectionString: database.url, application_name: 'rowhook demo' })
  const { rows } = await client.query<{ server_version: string }>('show server_version')
  print(words.databaseIs(database, rows[0]!.server_version.split(' ')[0]!))
  print(words.schemaIs((await migrateUp({ databaseUrl: database.url })).length))
  return client
}

type Client = Awaited<ReturnType<typeof prepare>>

/** An event to the endpoint alone, so that what is measured next is not the start of the process. */
const tryEndpoint = async (client: Client, endpointId: string, arrivals: Arrivals) => {
  const { sendTest, whyNotArrived } = await import('../../database/demo.ts')
  const eventId = await sendTest(client, endpointId)
  const arrival = await arrivals.waitFor((each) => each.eventId === eventId, ARRIVAL_DEADLINE_MS)
  if (arrival === undefined) throw nothingArrived(await whyNotArrived(client, eventId, endpointId))
}

/** Writes a sale and waits for its webhook. @returns the line for scripts */
const showSale = async (client: Client, endpointId: string, arrivals: Arrivals): Promise<string> => {
  const { eventOfSale, saleSql, whyNotArrived, writeSale } = await import('../../database/demo.ts')
  const sql = saleSql('1500.00')
  print(words.writing(sql))
  const saleId = await writeSale(client, sql)
  const committedAtMs = performance.now()
  const coming = arrivals.waitFor(isSale(saleId), ARRIVAL_DEADLINE_MS)
  const eventId = await eventOfSale(client, saleId)
  if (eventId === undefined) throw madeNoEvent()
  const arrival = await coming
  if (arrival === undefined) throw nothingArrived(await whyNotArrived(client, eventId, endpointId))
  // The worker is so quick that the request may come before the commit's own answer.
  const ms = Math.max(1, Math.ceil(arrival.receivedAtMs - committedAtMs))
  print(words.arrived(arrival, ms))
  return words.delivered(arrival.eventId ?? '', ms)
}

/** Undoes what has been done, last first; what fails is said and does not keep the rest from being undone. */
const undoAll = async (steps: readonly (() => Promise<unknown>)[]) => {
  for (const step of steps.toReversed()) {
    await step().catch((error: unknown) => process.stderr.write(`While stopping: ${error instanceof Error ? error.message : String(error)}\n`))
  }
}

const demonstrate = async (database: OpenDatabase, config: Config, { once }: Options, stopping: Stopping): Promise<string | undefined> => {
  const { createLog } = await import('../../log.ts')
  const { launchWorker } = await import('../../wiring.ts')
  const { joinDemos, leaveDemoEndpoint, leaveDemos, takeDemoEndpoint } = await import('../../database/demo.ts')
  const { keyringOf } = await import('../../wiring/keyring.ts')
  const { restoreSettings } = await import('../../wiring/restore-settings.ts')
  const log = createLog({ level: config.logLevel === 'info' ? 'warn' : config.logLevel })
  if (!config.outboundEnabled) throw sendsNothing()
  const arrivals = collectArrivals()
  const secrets: string[] = []
  const undo: (() => Promise<unknown>)[] = []
  try {
    const client = await prepare(database)
    undo.push(() => client.end())
    if (stopping.isAsked()) return undefined
    const receiver = await openReceiver({ port: 0, secrets: () => secrets, onArrival: arrivals.add })
    undo.push(receiver.close)
    await joinDemos(client)
    // What is allowed here is mirrored into the database, where another demo may still need it.
    undo.push(async () => (await leaveDemos(client)) && (await restoreSettings(database.url, config)))
    const worker = await launchWorker(settingsFor(config, database, log))
    let endpoint: DemoEndpoint | undefined
    // After the worker has recorded what arrived: a disabled endpoint's deliveries are cancelled.
    undo.push(async () => endpoint && (await leaveDemoEndpoint(client, endpoint.id)))
    undo.push(() => worker.stop(GRACE_MS))
    endpoint = await takeDemoEndpoint(client, keyringOf(config), receiver.url)
    secrets.push(endpoint.secret)
    await Promise.race([tryEndpoint(client, endpoint.id, arrivals), stopping.asked])
    if (stopping.isAsked()) return undefined
    print(words.receiverIs(receiver.url))

    const line = await showSale(client, endpoint.id, arrivals)
    if (once) return line
    arrivals.follow((arrival) => print(words.alsoArrived(arrival)))
    const { serveDemo } = await import('../demo/serve.ts')
    const api = await serveDemo(database.url, config, log)
    if (api) {
      undo.push(() => api.server.stop(GRACE_MS))
      print(words.apiIs(api.server.url, api.token))
    }
    if (config.secretsKeys.length === 0) print(words.secretsLieOpen)
    print(words.howToGoOn(database))
    await stopping.asked
    print('Stopping.')
    return undefined
  } finally {
    await undoAll(undo)
  }
}

const run = async (options: Options) => {
  const stopping = listenForStop()
  print(words.greeting)
  const line = await withDatabase((database, config) => demonstrate(database, config, options, stopping))
  if (line !== undefined) print(line)
}

export const register = (program: Command) =>
  program
    .command('demo')
    .summary('watch a sale become a webhook (npm start)')
    .description(
      'Starts a database, migrates it, runs a worker and a receiver, writes a sale with plain SQL, and shows that the receiver got its webhook and verified it.\n' +
        'Then it goes on: every further sale is delivered and shown too, until Ctrl-C. With DATABASE_URL it uses that database.',
    )
    .option('--once', 'end after the first webhook; the last line is "delivered sale.created <event id> verified in <n> ms"')
    .action(run)
