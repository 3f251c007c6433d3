/** Cron: proves once an hour that the audit log agrees with its chain, and that no delivery is missing. */
import type { Task } from 'graphile-worker'
import { proveAll } from '../../src/database/alerts.ts'

const prove: Task = async (_payload, { withPgClient }) => withPgClient(proveAll)

export default prove
