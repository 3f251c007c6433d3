/** Reads `.gmrc`, the settings of the migrations, in graphile-migrate's JSON5 shape. */
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import JSON5 from 'json5'
import { z } from 'zod'
import { packageRoot } from '../../config/package.ts'
import { RowhookError } from '../../core/errors.ts'

/** What of graphile-migrate's settings counts here; what would be ignored is refused, so that nobody relies on it. */
const shape = z.strictObject({
  migrationsFolder: z.string().min(1).default('./migrations'),
  pgSettings: z.record(z.string(), z.string()).default({}),
  '//generatedWith': z.string().optional(),
})

/** Where the migrations are and what is set before they run. */
export type MigrationSettings = {
  /** absolute path of the folder that holds `core/` and `store/` */
  readonly folder: string
  /** server settings for the migrating connection */
  readonly pgSettings: Readonly<Record<string, string>>
}

/** The `.gmrc` that comes with Rowhook, beside `migrations/`. */
const ownFile = join(packageRoot, '.gmrc')

/**
 * Reads the settings; relative paths in it count from the file.
 * @throws RowhookError WHGMR when the file is missing, is not JSON5, or holds a setting that is not known here
 */
export const readMigrationSettings = (file = ownFile): MigrationSettings => {
  try {
    const { migrationsFolder, pgSettings } = shape.parse(JSON5.parse(readFileSync(file, 'utf8')))
    return { folder: resolve(dirname(file), migrationsFolder), pgSettings }
  } catch (cause) {
    throw new RowhookError({
      code: 'WHGMR',
      message: `The migration settings in ${file} cannot be read.`,
      detail: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause instanceof Error ? cause.message : cause),
      hint: 'It is JSON5 with migrationsFolder (a path) and pgSettings (server settings as strings).',
      cause,
    })
  }
}
