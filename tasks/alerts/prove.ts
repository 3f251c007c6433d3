/** Cron: proves once an hour that the audit log agrees with its chain, and that no delivery is missing. */
import type { Task } from 'graphile-worker'
import { proveAll } from '../../src/database/alerts.ts'
import { unhurried } from '../../src/database/unhurried.ts'

const prove: Task = async (_payload, { withPgClient }) => withPgClient((client) => unhurried(client, proveAll))

export default prove
