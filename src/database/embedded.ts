/** Runs the PostgreSQL that comes with Rowhook, for everybody who has not set DATABASE_URL. */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RowhookError } from '../core/errors.ts'
import { serverAccount } from './embedded/account.ts'
import { findBinaries } from './embedded/binaries.ts'
import { openCluster, type Cluster } from './embedded/cluster.ts'
import { findPlaces } from './embedded/directories.ts'
import { clusterUrl, lease, type Lease } from './embedded/lease.ts'
import { freePort, readPostmaster, startPostmaster, waitUntilGone } from './embedded/server.ts'

export type EmbeddedOptions = {
  /** directory for everything Rowhook keeps on disk (`ROWHOOK_HOME`); the cluster goes to `<home>/postgres` */
  readonly home: string
  /** database named by `url`, made when missing; `rowhook` by default */
  readonly database?: string
  /** port on 127.0.0.1; a free one by default */
  readonly port?: number
  /** server settings, e.g. `{ fsync: 'off', max_connections: 300 }`; they count when this call starts the server, not when it adopts one */
  readonly settings?: Readonly<Record<string, string | number>>
  /** for root only: accounts that may run the server, best first (`postgres`, `nobody`) */
  readonly accounts?: readonly string[]
  /** for root only: directory for what the server's account cannot reach under `home` (`/var/lib/rowhook`) */
  readonly shared?: string
}

/** A running embedded PostgreSQL. */
export type Embedded = {
  /** of the superuser `postgres`, with the password */
  readonly url: string
  readonly port: number
  /** whether the server was running already: after a kill -9, or for another process */
  readonly adopted: boolean
  /** lets go of the server, and stops it when no other process uses it; resolves with whether it did */
  readonly stop: () => Promise<boolean>
}

/** A second process that finds the cluster locked waits this long for the first one's server. */
const lockedDeadlineMs = 30_000

const stopServer = async (cluster: Cluster, claim: Lease): Promise<boolean> => {
  const pid = readPostmaster(cluster)?.pid
  const last = pid !== undefined && (await claim.isLast())
  // fast shutdown: roll back what is open, write a checkpoint. Before the claim goes, so that nobody adopts what is about to stop.
  if (last) process.kill(pid, 'SIGINT')
  await claim.release()
  if (!last) return false
  if (await waitUntilGone(cluster, pid, 30_000)) return true
  process.kill(pid, 'SIGQUIT') // immediate: the next start recovers from the log
  return waitUntilGone(cluster, pid, 5_000)
}

const portTaken = (port: number) =>
  new RowhookError({
    code: 'WHPGP',
    message: `The embedded PostgreSQL cannot listen on port ${port}.`,
    detail: 'Another program listens there, or this user may not use ports that low.',
    hint: 'Stop that program, or choose another port.',
  })

const directoryLocked = (home: string, pid: number | undefined) =>
  new RowhookError({
    code: 'WHPGD',
    message: `The directory ${home} cannot be used for the embedded PostgreSQL.`,
    detail: `Process ${pid ?? 'unknown'} holds its lock file postmaster.pid, but does not answer with this directory's password.`,
    hint: 'Stop that process, or set ROWHOOK_HOME to another directory.',
  })

/**
 * Starts the embedded PostgreSQL of `home`, or adopts the one that runs there already. Several processes may call it at once:
 * one starts the server, the others adopt it, and the last one that stops takes it down.
 * @throws RowhookError WHPGB (no programs for this platform), WHPGU (root without an account to hand the server to),
 *   WHPGD (directory taken), WHPGP (port taken), WHPGS (the server does not start; its last log lines are in `detail`)
 */
export const startEmbedded = async (options: EmbeddedOptions): Promise<Embedded> => {
  const { port: wanted, settings = {}, database = 'rowhook' } = options
  const home = resolve(options.home)
  const account = serverAccount(options.accounts)
  const places = findPlaces(home, account, options.shared)
  const binaries = findBinaries(account, places.copies)
  const cluster = openCluster(places, binaries, account, settings['fsync'] === 'off')
  const deadline = performance.now() + lockedDeadlineMs
  for (let started = false; ; ) {
    const running = readPostmaster(cluster)
    const claim = running?.ready ? await lease(cluster, running.port, database) : undefined
    if (running && claim) {
      const url = clusterUrl(cluster, running.port, database)
      return { url, port: running.port, adopted: !started, stop: () => stopServer(cluster, claim) }
    }
    const port = wanted ?? (await freePort())
    const start = await startPostmaster(cluster, binaries, account, port, settings)
    started = start.kind === 'ready'
    if (start.kind === 'failed') {
      throw new RowhookError({
        code: 'WHPGS',
        message: 'The embedded PostgreSQL does not start.',
        detail: start.log || `Its log ${cluster.log} is empty.`,
        hint: `Read ${cluster.log}, or set DATABASE_URL to a server of your own.`,
      })
    }
    if (start.kind === 'port' && wanted !== undefined) throw portTaken(wanted)
    if (performance.now() > deadline) throw directoryLocked(home, readPostmaster(cluster)?.pid)
    if (start.kind === 'locked') await sleep(50)
  }
}
