/** The row of settings as the environment has it, after a process that ran with settings of its own. */
import type { Config } from '../config/load.ts'
import { createPool } from '../database/pool.ts'
import { mirrorSettings } from '../database/settings.ts'

/** Does nothing where a database that goes away has taken the chance: the next worker mirrors its own settings anyway. */
export const restoreSettings = async (databaseUrl: string, config: Config): Promise<void> => {
  const pool = createPool({ databaseUrl, name: 'rowhook settings', role: 'rowhook_owner', max: 1 })
  await mirrorSettings(pool, config).catch(() => undefined)
  await pool.end()
}
