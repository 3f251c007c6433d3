/** Runs a program of `bench/processes` in a process of its own, and calls its functions. */
import { fork } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compiledWorker } from './compiled.ts'
import { benchHome } from './places.ts'

export type Child = {
  readonly pid: number
  /** calls a function that the program serves; rejects with its error, or when it ends */
  readonly call: <T = void>(name: string, ...values: readonly unknown[]) => Promise<T>
  /** calls its `stop` and waits for its end */
  readonly stop: () => Promise<void>
}

/** What the two ends say to each other. */
export type Message = { readonly id: number; readonly name?: string; readonly values?: readonly unknown[]; readonly result?: unknown; readonly error?: string }

const running = new Set<() => void>()
process.once('exit', () => running.forEach((end) => end()))

/**
 * Starts `bench/processes/<program>.ts`, Rowhook's worker compiled; it is ready when this resolves.
 * With BENCH_PROFILE set to a program's name, its CPU profile goes to `.rowhook/bench/profiles`.
 */
export const startChild = async (program: string, ...values: readonly unknown[]): Promise<Child> => {
  const profiles = join(benchHome, 'profiles')
  const isProfiled = process.env['BENCH_PROFILE'] === program
  if (isProfiled) mkdirSync(profiles, { recursive: true })
  const file = program === 'rowhook' ? await compiledWorker() : fileURLToPath(new URL(`../processes/${program}.ts`, import.meta.url))
  const child = fork(file, [], {
    execArgv: isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${program}-${Date.now()}.cpuprofile`] : [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  })
  const waiting = new Map<number, { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }>()
  let calls = 0
  const end = () => void child.kill('SIGKILL')
  running.add(end)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.once('exit', (code, signal) => {
    running.delete(end)
    for (const { reject } of waiting.values()) reject(new Error(`${program} ended (${signal ?? code})`))
  })
  child.on('message', (message: Message) => {
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) call?.resolve(message.result as never)
    else call?.reject(new Error(`${program}: ${message.error}`))
  })

  const call = <T>(name: string, ...values: readonly unknown[]): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const id = ++calls
      waiting.set(id, { resolve, reject })
      child.send({ id, name, values } satisfies Message, (error) => error !== null && reject(error))
    })

  await call('start', ...values)
  return {
    pid: child.pid!,
    call,
    stop: async () => {
      await call('stop')
      child.disconnect()
      await ended
    },
  }
}
