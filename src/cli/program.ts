/** Puts the commands together, runs the one that was asked for, and turns what it throws into words and an exit code. */
import { Command, CommanderError } from 'commander'
import { packageVersion } from '../config/package.ts'
import { describeError, RowhookError } from '../core/errors.ts'
import { commands } from './commands.ts'

/** What the process ends with; `rowhook --help` lists them. */
const exitCodes = { done: 0, refused: 1, usage: 2, bug: 70 } as const

const epilogue = `
Configuration comes from environment variables; DATABASE_URL names the database,
and without it Rowhook runs a PostgreSQL of its own under .rowhook.

Exit codes: ${exitCodes.done} done, ${exitCodes.refused} failed for the reason that is printed, ${exitCodes.usage} wrong usage, ${exitCodes.bug} a bug in Rowhook.`

/** The whole command line, for running it and for reading its help. */
export const createProgram = (): Command => {
  const program = new Command('rowhook')
    .description('Turns committed Postgres rows into signed webhooks.')
    .version(packageVersion, '--version', 'print the version')
    .helpOption('--help', 'explain a command')
    .helpCommand(false)
    .addHelpText('after', epilogue)
    .showHelpAfterError('Add --help for an explanation.')
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
  for (const register of commands) register(program)
  return program
}

const report = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage // commander has printed it
  if (error instanceof RowhookError) {
    process.stderr.write(`${describeError(error)}\n`)
    return exitCodes.refused
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\nThis is a bug in Rowhook; please report it with the lines above.\n`)
  return exitCodes.bug
}

/**
 * Runs a command line.
 * @param args without the program's name, e.g. `['migrate', 'up']`
 * @param program all commands by default
 * @returns the exit code; a command that sets `process.exitCode` keeps it
 */
export const runProgram = async (args: readonly string[], program = createProgram()): Promise<number> => {
  try {
    await program.parseAsync(args, { from: 'user' })
    return Number(process.exitCode ?? exitCodes.done)
  } catch (error) {
    return report(error)
  }
}
