/** The `rowhook` command as a process of its own, with its output as it comes and real signals. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { waitFor } from './wait.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

/** Of the tests' environment nothing else is handed down to a program: where programs are, and what has been compiled already. */
export const inherited = (): Readonly<Record<string, string>> => {
  const { PATH = '', HOME = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, HOME, NODE_COMPILE_CACHE }
}

export type CommandOptions = {
  /** beside what is `inherited` */
  readonly env?: Readonly<Record<string, string>>
  /** told to stop after this, so that no test run is left with it; 60,000 ms */
  readonly deadlineMs?: number
  readonly cwd?: string
}

/** How a process ended. `signal` is set where a signal ended it. */
export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stdout: string; readonly stderr: string }

export type RunningCommand = {
  readonly stdout: () => string
  readonly stderr: () => string
  /** waits until one of its outputs matches, and gives the match */
  readonly says: (pattern: RegExp, deadlineMs?: number) => Promise<RegExpExecArray>
  readonly kill: (signal: NodeJS.Signals) => void
  /** closes our end of its outputs, as a collector of logs that dies does */
  readonly stopReading: () => void
  readonly ended: Promise<Ended>
}

const running = new Set<RunningCommand>()

/** Runs any program in that way. */
export const startProgram = (file: string, args: readonly string[], { env = {}, deadlineMs = 60_000, cwd }: CommandOptions = {}): RunningCommand => {
  const child = spawn(file, args, { env: { ...inherited(), ...env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: deadlineMs, killSignal: 'SIGTERM', ...(cwd ? { cwd } : {}) })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  let isOver = false
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      isOver = true
      resolve({ code, signal, stdout, stderr })
    }),
  )
  const command: RunningCommand = {
    stdout: () => stdout,
    stderr: () => stderr,
    says: async (pattern, waitMs = 60_000) => {
      const find = () => pattern.exec(stdout) ?? pattern.exec(stderr)
      await waitFor(() => isOver || find(), { deadlineMs: waitMs, what: `${args.join(' ')} to say ${pattern}` })
      const found = find()
      if (!found) throw new Error(`${args.join(' ')} ended without saying ${pattern}:\n${stdout}${stderr}`)
      return found
    },
    kill: (signal) => child.kill(signal),
    stopReading: () => {
      child.stdout.destroy()
      child.stderr.destroy()
    },
    ended,
  }
  running.add(command)
  void ended.then(() => running.delete(command))
  return command
}

/** Tells everything that still runs to stop, and waits for it: for the end of a suite whose test failed half-way. */
export const endPrograms = async (): Promise<void> => {
  for (const command of running) command.kill('SIGTERM')
  await Promise.all([...running].map(({ ended }) => ended))
}

/** Starts `rowhook <args>`. */
export const startCommand = (args: readonly string[], options?: CommandOptions): RunningCommand => startProgram(process.execPath, [main, ...args], options)

/** Runs `rowhook <args>` to its end. */
export const runCommand = (args: readonly string[], options?: CommandOptions): Promise<Ended> => startCommand(args, options).ended
