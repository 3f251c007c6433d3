/** Every command, in the order in which `rowhook --help` lists them. A command loads what it needs when it runs, not here. */
import type { Command } from 'commander'
import { register as arm } from './commands/arm.ts'
import { register as demo } from './commands/demo.ts'
import { register as emit } from './commands/emit.ts'
import { register as listen } from './commands/listen.ts'
import { register as migrate } from './commands/migrate.ts'
import { register as postgres } from './commands/postgres.ts'
import { register as serve } from './commands/serve.ts'
import { register as sql } from './commands/sql.ts'
import { register as token } from './commands/token.ts'
import { register as up } from './commands/up.ts'
import { register as worker } from './commands/worker.ts'

export const commands: readonly ((program: Command) => void)[] = [
  demo,
  up,
  worker,
  serve,
  arm,
  migrate,
  emit,
  listen,
  token,
  sql,
  postgres,
]
