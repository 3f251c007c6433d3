/** Cron: looks what is in trouble, and tells those on call. */
import type { Task } from 'graphile-worker'
import { alertsOf } from '../../src/worker/registries.ts'

const tell: Task = async (_payload, { job }) => alertsOf(job)()

export default tell
