/** Redis for BullMQ, as BullMQ's production guide asks for it: append-only file, fsync each second, no eviction. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { processCpuMs } from './cpu.ts'
import { benchHome } from './places.ts'

export type Redis = { readonly port: number; readonly cpuMs: () => number; readonly stop: () => Promise<void> }

/** What to say where there is none. */
const REDIS_MISSING = 'no redis-server on this machine (Debian: apt-get install redis-server)'

export const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)))
    socket.once('error', () => resolve(false))
  })

/** Starts a server of its own, empty. */
export const startRedis = async (): Promise<Redis> => {
  const dir = join(benchHome, 'redis')
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const port = 20_000 + (process.pid % 20_000)
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '', '--maxmemory-policy', 'noeviction']
  const server = spawn('redis-server', options, { stdio: 'ignore' })
  const end = () => void server.kill('SIGKILL')
  process.once('exit', end)
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 100 || server.exitCode !== null) throw new Error(`redis-server does not answer on port ${port}`)
    await sleep(50)
  }
  return {
    port,
    cpuMs: () => processCpuMs(server.pid ?? 0),
    stop: async () => {
      process.off('exit', end)
      const ended = new Promise((resolve) => server.once('exit', resolve))
      server.kill()
      await ended
    },
  }
}

/** For a variant that cannot run without it. */
export const needsRedis = ({ redis }: { readonly redis: Redis | undefined }): { readonly missing?: string } => (redis === undefined ? { missing: REDIS_MISSING } : {})
