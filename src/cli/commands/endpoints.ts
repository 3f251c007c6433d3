/** `rowhook endpoints`: the receivers, by hand. */
import { Option, type Command } from 'commander'
import type { Keyring } from '../../core/sealing.ts'
import type { EndpointAct } from '../../database/admin/endpoints.ts'
import type * as Secrets from '../../database/secrets.ts'
import { administer, printOne, printRows, type JsonOption } from '../administer.ts'
import { notFound } from '../not-found.ts'
import { asId, asNumber, collect } from '../option-values.ts'

const load = () => import('../../database/admin/endpoints.ts')

/** Runs `work` in a transaction, with the keys that seal what it writes and open what it reads. */
const withSecrets = (work: (secrets: typeof Secrets, ask: Secrets.Ask, keyring: Keyring) => Promise<void>) =>
  administer('endpoints', async (client, config) => {
    const secrets = await import('../../database/secrets.ts')
    const { keyringOf } = await import('../../wiring/keyring.ts')
    await client.query('begin')
    await work(secrets, secrets.askerOf(client), keyringOf(config))
    await client.query('commit')
  })

const list = ({ tenant, json }: { tenant?: string } & JsonOption) =>
  administer('endpoints', async (client) => {
    const rows = await (await load()).listEndpoints(client, tenant)
    printRows(rows, ['id', 'tenant_id', 'name', 'url', 'state', 'reason', 'due', 'served'], { ...(json && { json }) })
  })

const show = (id: string, options: JsonOption) =>
  administer('endpoints', async (client) => {
    const endpoint = await (await load()).showEndpoint(client, id)
    if (endpoint === undefined) throw notFound('endpoint', id, 'rowhook endpoints list shows them.')
    printOne(endpoint, options)
  })

type NewOptions = { tenant: string; name?: string; event?: readonly string[]; filter?: string; rateLimit?: number; maxAttempts?: number; ordering: string } & JsonOption

const create = (url: string, { tenant: tenantId, name = '', event = ['*'], filter, rateLimit, maxAttempts, ordering, json }: NewOptions) =>
  withSecrets(async ({ createEndpoint }, ask, keyring) => {
    const given = { filter, rate_limit: rateLimit, max_attempts: maxAttempts } // undefined is left out of JSON
    const columns = { url, name, events: event, ordering, ...given }
    printOne(await createEndpoint(ask, keyring, { columns, tenantId }), { ...(json && { json }) })
  })

const rotate = (id: string, { overlap, json }: { overlap: string } & JsonOption) =>
  withSecrets(async ({ rotateSecret }, ask, keyring) => printOne({ id, secret: await rotateSecret(ask, keyring, id, overlap) }, { ...(json && { json }) }))

const reveal = (id: string, options: JsonOption) =>
  withSecrets(async ({ revealSecret }, ask, keyring) => printOne({ id, secret: await revealSecret(ask, keyring, id) }, options))

const test = (id: string, { type, json }: { type: string } & JsonOption) =>
  administer('endpoints', async (client) => {
    printOne({ event_id: await (await load()).sendTest(client, id, type) }, { ...(json && { json }) })
  })

const acts: Readonly<Record<EndpointAct, string>> = {
  pause: 'Stops sending; deliveries collect until it is resumed.',
  resume: 'Sends again, what has collected first.',
  disable: 'Collects and sends nothing more; what was open is cancelled, and rowhook recover brings it back.',
  enable: 'Enables it again, its failures forgotten.',
  delete: 'Deletes it; its log stays readable until retention takes it.',
}

const act = (name: EndpointAct) => (id: string, options: JsonOption) =>
  administer('endpoints', async (client) => {
    const { actOnEndpoint, showEndpoint } = await load()
    await actOnEndpoint(client, name, id)
    const { state, due } = (await showEndpoint(client, id)) ?? {}
    printOne({ id, state, due }, options)
  })

export const register = (program: Command) => {
  const endpoints = program
    .command('endpoints')
    .summary('list, make, pause, disable and test endpoints')
    .description('Endpoints: where the events of a tenant are posted.')
    .helpCommand(false)
  const sub = (name: string, description: string) => endpoints.command(name).description(description).option('--json', 'print JSON')
  sub('list', 'Lists how every endpoint is at this moment, those in trouble first.').option('--tenant <id>', 'of this tenant alone').action(list)
  sub('show', 'Shows everything of an endpoint but its secrets.').argument('<id>', 'the endpoint', asId).action(show)
  sub('create', 'Makes an endpoint, and prints its id and the secret that its requests are signed with.')
    .argument('<url>', 'where events are posted, such as https://shop.example/hooks')
    .option('--tenant <id>', 'whose events it gets', 'default')
    .option('--name <text>', 'a name for people')
    .option('--event <pattern>', 'sale.created, sale.* or *; may be given several times; left out: all', collect)
    .option('--filter <jsonpath>', 'only events for which this is true, such as "$.data.amount ? (@ > 100)"')
    .option('--rate-limit <number>', 'most requests a minute', asNumber(1, 10_000_000))
    .option('--max-attempts <number>', 'attempts of a delivery in all', asNumber(1, 100))
    .addOption(new Option('--ordering <kind>', 'what is sent in the order in which it happened').choices(['none', 'resource', 'endpoint']).default('none'))
    .action(create)
  for (const [name, description] of Object.entries(acts)) sub(name, description).argument('<id>', 'the endpoint', asId).action(act(name as EndpointAct))
  sub('rotate-secret', 'Makes a new signing secret and prints it; the old one signs beside it for a while.')
    .argument('<id>', 'the endpoint', asId)
    .option('--overlap <time>', 'how long the old one stays valid', '24 hours')
    .action(rotate)
  sub('reveal-secret', 'Prints the current signing secret, opened with WEBHOOK_SECRETS_KEY where it is sealed; the audit log says who looked.').argument('<id>', 'the endpoint', asId).action(reveal)
  sub('test', 'Sends the example of an event type to this endpoint alone.').argument('<id>', 'the endpoint', asId).option('--type <name>', 'the event type', 'test.event').action(test)
}
