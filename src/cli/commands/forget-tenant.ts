/** `rowhook forget-tenant`: everything of a tenant goes. */
import type { Command } from 'commander'
import { RowhookError } from '../../core/errors.ts'
import { administer, endProgress, printOne, showProgress, type JsonOption } from '../administer.ts'

const run = (tenant: string, { yes, json }: { yes?: true } & JsonOption) =>
  administer('forget-tenant', async (client) => {
    if (!yes) {
      throw new RowhookError({ code: 'WHYES', message: `Nothing of tenant ${tenant} was deleted.`, detail: 'Its endpoints, events, deliveries and keys would be gone for good.', hint: 'Add --yes if that is meant.' })
    }
    const { forgetTenant } = await import('../../database/admin/deliveries.ts')
    const rows = await forgetTenant(client, tenant, (done) => showProgress(`${done} rows …`))
    endProgress()
    printOne({ tenant, deleted_rows: rows }, { ...(json && { json }) })
  })

export const register = (program: Command) =>
  program
    .command('forget-tenant')
    .summary('delete everything of a tenant')
    .description('Deletes the endpoints, events, deliveries, attempts, keys and settings of a tenant for good, in batches; the audit log keeps who did it. May be stopped and started again.')
    .argument('<tenant>', 'the tenant')
    .option('--yes', 'really delete')
    .option('--json', 'print JSON')
    .action(run)
