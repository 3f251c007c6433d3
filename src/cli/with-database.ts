/** What most commands begin and end with: the configuration, a database that answers, and letting go of it. */
import { loadConfig, type Config } from '../config/load.ts'
import { openDatabase, type OpenDatabase } from '../database/open.ts'

/**
 * Runs `work` with the database of the configuration, and closes it afterwards: the embedded PostgreSQL stops when nobody else uses it.
 * @throws RowhookError WHCFG, WHDBC, WHPG…, and whatever `work` throws
 */
export const withDatabase = async <T>(work: (database: OpenDatabase, config: Config) => Promise<T>): Promise<T> => {
  const config = loadConfig()
  const database = await openDatabase(config)
  try {
    return await work(database, config)
  } finally {
    await database.close()
  }
}
