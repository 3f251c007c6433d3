/** Runs commands within the test's process, which takes a tenth of the time of a process each. */
import { runProgram } from '../../src/cli/program.ts'

export type Said = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** A function that runs `rowhook <args>` against a database and gives what it printed. One at a time. */
export const commandsOn =
  (databaseUrl: string) =>
  async (...args: readonly string[]): Promise<Said> => {
    const said = { stdout: '', stderr: '' }
    const keep = (name: 'stdout' | 'stderr') => {
      const stream = process[name]
      const write = stream.write.bind(stream)
      const record = (text: string | Uint8Array) => {
        said[name] += String(text)
        return true
      }
      stream.write = record
      return () => {
        stream.write = write
      }
    }
    const before = { url: process.env['DATABASE_URL'], code: process.exitCode }
    process.env['DATABASE_URL'] = databaseUrl
    process.exitCode = 0
    const restore = [keep('stdout'), keep('stderr')]
    try {
      const code = await runProgram(args)
      return { code, ...said }
    } finally {
      for (const each of restore) each()
      process.exitCode = before.code
      if (before.url === undefined) delete process.env['DATABASE_URL']
      else process.env['DATABASE_URL'] = before.url
    }
  }
