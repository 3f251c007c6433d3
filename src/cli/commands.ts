/** Every command, in the order in which `rowhook --help` lists them. A command loads what it needs when it runs, not here. */
import type { Command } from 'commander'
import { register as arm } from './commands/arm.ts'
import { register as completion } from './commands/completion.ts'
import { register as deliveries } from './commands/deliveries.ts'
import { register as demo } from './commands/demo.ts'
import { register as doctor } from './commands/doctor.ts'
import { register as emit } from './commands/emit.ts'
import { register as endpoints } from './commands/endpoints.ts'
import { register as forgetTenant } from './commands/forget-tenant.ts'
import { register as listen } from './commands/listen.ts'
import { register as migrate } from './commands/migrate.ts'
import { register as partitions } from './commands/partitions.ts'
import { register as postgres } from './commands/postgres.ts'
import { register as recover } from './commands/recover.ts'
import { register as replay } from './commands/replay.ts'
import { register as secrets } from './commands/secrets.ts'
import { register as serve } from './commands/serve.ts'
import { register as settings } from './commands/settings.ts'
import { register as sql } from './commands/sql.ts'
import { register as tail } from './commands/tail.ts'
import { register as token } from './commands/token.ts'
import { register as unwatch } from './commands/unwatch.ts'
import { register as up } from './commands/up.ts'
import { register as watch } from './commands/watch.ts'
import { register as worker } from './commands/worker.ts'

export const commands: readonly ((program: Command) => void)[] = [
  demo,
  up,
  worker,
  serve,
  arm,
  migrate,
  doctor,
  watch,
  unwatch,
  endpoints,
  deliveries,
  recover,
  replay,
  tail,
  settings,
  secrets,
  partitions,
  forgetTenant,
  emit,
  listen,
  token,
  sql,
  postgres,
  completion,
]
