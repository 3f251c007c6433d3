/** `rowhook settings`: retention, limits, thresholds and switches. */
import type { Command } from 'commander'
import { RowhookError } from '../../core/errors.ts'
import { administer, printRows, type JsonOption } from '../administer.ts'

const parse = (assignment: string): [string, string] => {
  const at = assignment.indexOf('=')
  if (at > 0) return [assignment.slice(0, at), assignment.slice(at + 1)]
  throw new RowhookError({ code: 'WHSET', message: `${JSON.stringify(assignment)} sets nothing.`, hint: 'Write it as name=value, such as dead_letter_ttl="14 days".' })
}

const run = (assignments: readonly string[], { tenant, json }: { tenant?: string } & JsonOption) =>
  administer('settings', async (client) => {
    const { changeSettings, listSettings } = await import('../../database/admin/settings.ts')
    const changes = new Map(assignments.map(parse))
    if (changes.size > 0) await changeSettings(client, changes, tenant)
    const settings = await listSettings(client, tenant)
    printRows(changes.size > 0 ? settings.filter(({ name }) => changes.has(name)) : settings, ['name', 'value', 'meaning'], { ...(json && { json }) })
    if (tenant !== undefined && settings.length === 0) process.stderr.write(`Tenant ${tenant} has the defaults.\n`)
  })

export const register = (program: Command) =>
  program
    .command('settings')
    .summary('read and change retention, limits, thresholds and switches')
    .description(
      'Lists the settings of the database, or changes those that are given, all or none: rowhook settings sending=false event_retention="60 days".\n' +
        'Workers see a change within a second. With --tenant it is about what differs for a tenant.',
    )
    .argument('[name=value...]', 'what to change; an empty value means none')
    .option('--tenant <id>', 'of this tenant')
    .option('--json', 'print JSON')
    .action(run)
