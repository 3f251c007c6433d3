/** Starts and finds one postmaster, and reads from its lock file and log what became of it. */
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { serverEnvironment, type Cluster } from './cluster.ts'

/** What became of a start. `locked`: another process was first. `port`: somebody else listens there. */
export type Start =
  | { readonly kind: 'ready' }
  | { readonly kind: 'locked' }
  | { readonly kind: 'port' }
  | { readonly kind: 'failed'; readonly log: string }

/** A postmaster as its lock file tells it. */
export type Postmaster = { readonly pid: number; readonly port: number; readonly ready: boolean }

/** Above this the log is emptied at a start; what it said last stays readable until then. */
const maxLogBytes = 16 * 1024 * 1024

/** Reads `postmaster.pid`: pid in line 1, port in line 4, state in line 8. `undefined` where no server claims the cluster. */
export const readPostmaster = ({ data }: Cluster): Postmaster | undefined => {
  try {
    const lines = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
  } catch {
    return undefined
  }
}

/** A port on loopback that nobody used a moment ago. */
export const freePort = async (): Promise<number> => {
  const probe = createServer()
  await new Promise<void>((done, failed) => probe.once('error', failed).listen(0, '127.0.0.1', done))
  const address = probe.address()
  await new Promise((done) => probe.close(done))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return address.port
}

const readFrom = (path: string, offset: number): string => {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - offset))
    readSync(file, bytes, 0, bytes.length, offset)
    return bytes.toString('utf8')
  } finally {
    closeSync(file)
  }
}

const judge = (log: string): Start => {
  if (log.includes('lock file "postmaster.pid"')) return { kind: 'locked' }
  if (log.includes('could not bind') || log.includes('could not create any TCP/IP sockets')) return { kind: 'port' }
  return { kind: 'failed', log: log.trim().split('\n').slice(-8).join('\n') }
}

/**
 * Starts the server and waits until it takes connections.
 *
 * It is detached, so that Ctrl-C in the terminal reaches this process alone, which stops the server when its own work is done;
 * it also outlives a kill -9 of this process, and the next start adopts it.
 * @param settings server settings, e.g. `{ fsync: 'off' }`
 */
export const startPostmaster = async (
  cluster: Cluster,
  binaries: Binaries,
  account: Account,
  port: number,
  settings: Readonly<Record<string, string | number>>,
): Promise<Start> => {
  const log = openSync(cluster.log, 'a', 0o600)
  if (fstatSync(log).size > maxLogBytes) ftruncateSync(log)
  const offset = fstatSync(log).size
  const all = { listen_addresses: '127.0.0.1', port, unix_socket_directories: '', ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(binaries.postgres, ['-D', cluster.data, ...flags], {
    ...account,
    cwd: '/',
    env: serverEnvironment,
    detached: true,
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let ended: Error | true | undefined
  child.once('error', (error) => (ended = error)).once('exit', () => (ended ??= true))
  while (ended === undefined) {
    const postmaster = readPostmaster(cluster)
    if (postmaster?.pid === child.pid && postmaster?.ready) {
      child.unref()
      return { kind: 'ready' }
    }
    await sleep(10)
  }
  return ended === true ? judge(readFrom(cluster.log, offset)) : { kind: 'failed', log: ended.message }
}

/** Waits until the server `pid` has gone or `deadlineMs` is over, whichever comes first. @returns whether it has gone */
export const waitUntilGone = async (cluster: Cluster, pid: number, deadlineMs: number): Promise<boolean> => {
  const deadline = performance.now() + deadlineMs
  while (readPostmaster(cluster)?.pid === pid) {
    if (performance.now() > deadline) return false
    await sleep(10)
  }
  return true
}
