/** A worker inside somebody's own process. */
import { loadConfig } from '../config/load.ts'
import { checkMigrated } from '../database/migrated.ts'
import { createLog } from '../log.ts'
import { launchWorker, type WorkerSettings } from '../wiring.ts'
import type { Worker } from '../worker/worker.ts'

/** Where it says what it does: `pino`, `console`, or anything with these methods. */
export type WorkerLog = WorkerSettings['log']

export type CreateWorkerOptions = {
  /** `postgres://user:password@host:port/database`, of a user who is a member of `rowhook_owner` */
  readonly databaseUrl: string
  /** requests in flight in this process; 1000 */
  readonly concurrency?: number
  /** `true` allows `http://` endpoints, for development; `false` */
  readonly allowHttp?: boolean
  /** networks in CIDR notation that deliveries may reach although they are not public; none */
  readonly allowNets?: readonly string[]
  /** ports that an endpoint's URL may name; 443, 80, 8443, 8080 */
  readonly allowPorts?: readonly number[] | 'any'
  /** for endpoints that name none: attempts in all, the first included; 5 */
  readonly maxAttempts?: number
  /** for endpoints that name none: deadline of a request in milliseconds, 1000 to 20000; 15000 */
  readonly timeoutMs?: number
  /** milliseconds that stand for the first minute of the default schedule; 60000 */
  readonly retryDelayMs?: number
  /** the name under which this database is armed (`ROWHOOK_DEPLOYMENT` of `rowhook arm`); none */
  readonly deployment?: string
  /** keys of 32 bytes: the first seals secrets at rest, all of them open; none, and secrets lie as they are */
  readonly secretsKeys?: readonly Uint8Array[]
  /** `false` records and sends nothing; `true` */
  readonly outboundEnabled?: boolean
  /** warnings and errors to standard error by default */
  readonly log?: WorkerLog
}

/** What is not given, and nothing of the environment: a library does as it is told. */
const defaults = () => {
  const { concurrency, allowHttp, allowNets, allowPorts, maxAttempts, timeoutMs, retryDelayMs, outboundEnabled } = loadConfig({})
  return { concurrency, allowHttp, allowNets, allowPorts, maxAttempts, timeoutMs, retryDelayMs, outboundEnabled, log: createLog({ level: 'warn' }) }
}

/**
 * Starts a worker in this process. It delivers what is due and keeps itself alive, through database restarts too, until `stop`.
 *
 * ```ts
 * const worker = await createWorker({ databaseUrl: 'postgres://app@localhost/shop' })
 * process.once('SIGTERM', () => void worker.stop())
 * ```
 * @throws RowhookError WHMIS (run `migrate` first), WHNEW, WHDBC (not reached), WHNET (a network that is none)
 */
export const createWorker = async (options: CreateWorkerOptions): Promise<Worker> => {
  await checkMigrated(options.databaseUrl)
  return launchWorker({ ...defaults(), ...options })
}
