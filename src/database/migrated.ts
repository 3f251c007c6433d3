/** Whether a database is ready for this version: asked before a process starts to work on it. */
import { RowhookError } from '../core/errors.ts'
import { migrateStatus } from './migrate.ts'
import { refuseChanged, refuseNewer } from './migrate/ledger.ts'

/** A worker that starts while somebody migrates waits for him. */
const PATIENCE_MS = 60_000

/**
 * @param patienceMs how long to wait for a migration that is under way
 * @throws RowhookError WHMIS where migrations of the core are missing, WHNEW where a newer version has migrated, WHCHG where a migration was rewritten since, WHDBC
 */
export const checkMigrated = async (databaseUrl: string, patienceMs = PATIENCE_MS): Promise<void> => {
  const core = (await migrateStatus({ databaseUrl, patienceMs })).filter(({ group }) => group === 'core')
  refuseNewer(core)
  refuseChanged(core)
  const pending = core.filter(({ state }) => state === 'pending')
  if (pending.length === 0) return
  throw new RowhookError({
    code: 'WHMIS',
    message: pending.length === core.length ? 'The database has no schema webhooks yet.' : 'The schema of the database is older than this version.',
    detail: `Missing: ${pending.length === core.length ? 'all' : pending.map(({ name }) => name).join(', ')} of ${core.length} migrations.`,
    hint: 'Run rowhook migrate up, or rowhook up, which does that first.',
  })
}
