/** `rowhook emit`: an event by hand. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { RowhookError } from '../../core/errors.ts'
import { printJson, type JsonOption } from '../administer.ts'
import { withDatabase } from '../with-database.ts'

type Options = {
  data?: string
  tenant: string
  resourceType?: string
  resourceId?: string
  idempotencyKey?: string
  at?: string
} & JsonOption

const unusable = (detail: string, cause: unknown) =>
  new RowhookError({
    code: 'WHDAT',
    message: 'The data of the event cannot be used.',
    detail,
    hint: `Give JSON, such as --data '{"id": 7}', or --data @file.json, or --data @- for standard input.`,
    cause,
  })

/** The JSON text, which is sent as it is; parsed here only to tell early that it is none. */
const readData = (given: string): string => {
  let text = given
  if (given.startsWith('@')) {
    try {
      text = readFileSync(given === '@-' ? 0 : given.slice(1), 'utf8')
    } catch (error) {
      throw unusable(`${given.slice(1)} cannot be read: ${(error as Error).message}.`, error)
    }
  }
  try {
    JSON.parse(text)
  } catch (error) {
    throw unusable(`It is not JSON: ${(error as Error).message}.`, error)
  }
  return text
}

const run = async (type: string, { data, tenant, resourceType, resourceId, idempotencyKey, at, json: isJson }: Options) => {
  const json = data === undefined ? undefined : readData(data)
  await withDatabase(async ({ url }) => {
    const { connectClient } = await import('../../database/connection-error.ts')
    const { countDeliveries, emit, emitExample } = await import('../../database/emit.ts')
    const client = await connectClient({ connectionString: url, application_name: 'rowhook emit' })
    try {
      const event = {
        type,
        tenantId: tenant,
        ...(resourceType === undefined ? {} : { resourceType }),
        ...(resourceId === undefined ? {} : { resourceId }),
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(at === undefined ? {} : { deliverAt: at }),
      }
      const id = json === undefined ? await emitExample(client, event) : await emit(client, { ...event, json })
      if (!isJson) process.stdout.write(`${id}\n`)
      // An application's role may emit and not look at deliveries: then nothing is said about them.
      const deliveries = await countDeliveries(client, id).catch(() => undefined)
      if (isJson) printJson({ event_id: id, deliveries: deliveries ?? null })
      if (deliveries === 0) process.stderr.write(`No active endpoint of tenant ${tenant} asks for ${type}; the event is recorded and goes nowhere.\n`)
    } finally {
      await client.end()
    }
  })
}

export const register = (program: Command) =>
  program
    .command('emit')
    .summary('record an event by hand')
    .description('Records an event and prints its id. A worker delivers it to the endpoints of its tenant that ask for its type.')
    .argument('<type>', 'a name of webhooks.event_types, such as sale.created')
    .option('--data <json>', 'what happened, as JSON, or @file, or @- for standard input; left out: the example of the type')
    .option('--tenant <id>', 'whose event it is', 'default')
    .option('--resource-type <name>', 'what it happened to, such as sale')
    .option('--resource-id <id>', 'which one, such as 31')
    .option('--idempotency-key <key>', 'the same key again within 24 hours records nothing and prints the id of the first event')
    .option('--at <time>', 'deliver it at this time instead of now, such as 2026-08-01T10:00:00Z')
    .option('--json', 'print JSON')
    .action(run)
