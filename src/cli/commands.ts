/** Every command, in the order in which `rowhook --help` lists them. A command loads what it needs when it runs, not here. */
import type { Command } from 'commander'
import { register as migrate } from './commands/migrate.ts'
import { register as postgres } from './commands/postgres.ts'

export const commands: readonly ((program: Command) => void)[] = [
  migrate,
  postgres,
]
