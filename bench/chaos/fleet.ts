/** The workers of a chaos run: real processes, started again when they end, as a service manager would. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export type Member = { readonly process: ChildProcess; readonly pid: number; isTold: boolean; isFrozen: boolean }

export type Fleet = {
  /** those that run, frozen ones left out */
  readonly members: () => Member[]
  /** ends of workers that nobody asked for, with what they ended by */
  readonly unexpected: readonly string[]
  readonly kill: (member: Member) => void
  readonly term: (member: Member) => void
  readonly freeze: (member: Member, forMs: number) => Promise<void>
  /** asks all to stop; gives their exit codes */
  readonly stop: () => Promise<(number | string)[]>
}

export type FleetOptions = { readonly databaseUrl: string; readonly port: number; readonly size: number; readonly directory: string }

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const RESTART_MS = 500

/** A worker that finds no database when it starts may end and say so; one that has been ready lives through everything. */
const foundNoDatabase = (log: string): boolean => log.includes('Code: WHDBC') && !log.includes('worker ready')

export const startFleet = ({ databaseUrl, port, size, directory }: FleetOptions): Fleet => {
  const members = new Set<Member>()
  const unexpected: string[] = []
  let isStopping = false
  let made = 0

  const startOne = (): void => {
    const file = join(directory, `worker-${(made += 1)}.log`)
    const log = openSync(file, 'a')
    const child = spawn(process.execPath, [main, 'worker'], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        WEBHOOK_ALLOW_HTTP: 'true',
        WEBHOOK_ALLOW_NETS: '127.0.0.1',
        WEBHOOK_ALLOW_PORTS: String(port),
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    const member: Member = { process: child, pid: child.pid!, isTold: false, isFrozen: false }
    members.add(member)
    child.once('exit', (code, signal) => {
      members.delete(member)
      const said = readFileSync(file, 'utf8')
      if (!member.isTold && !foundNoDatabase(said)) unexpected.push(`worker ${member.pid} ended by itself with ${signal ?? code}: ${said.trimEnd().split('\n').slice(-3).join(' ')}`)
      if (!isStopping) void sleep(RESTART_MS).then(() => isStopping || startOne())
    })
  }
  for (let i = 0; i < size; i += 1) startOne()

  return {
    members: () => [...members].filter((member) => !member.isFrozen && !member.isTold),
    unexpected,
    kill: (member) => {
      member.isTold = true
      member.process.kill('SIGKILL')
    },
    term: (member) => {
      member.isTold = true
      member.process.kill('SIGTERM')
    },
    freeze: async (member, forMs) => {
      member.isFrozen = true
      member.process.kill('SIGSTOP')
      await sleep(forMs)
      member.process.kill('SIGCONT')
      member.isFrozen = false
    },
    stop: async () => {
      isStopping = true
      return Promise.all(
        [...members].map(async (member) => {
          member.isTold = true
          const ended = once(member.process, 'exit')
          member.process.kill('SIGTERM')
          const overdue = setTimeout(() => member.process.kill('SIGKILL'), 40_000)
          const [code, signal] = (await ended) as [number | null, string | null]
          clearTimeout(overdue)
          return signal ?? code ?? 'unknown'
        }),
      )
    },
  }
}
