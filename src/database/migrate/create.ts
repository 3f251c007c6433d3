/** Makes the file of a new migration. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RowhookError } from '../../core/errors.ts'
import type { Group } from './ledger.ts'
import { readMigrationSettings, type MigrationSettings } from './settings.ts'

/** Numbers go in tens, so that something fits between two that are not released yet. */
const step = 10

const nextNumber = (folder: string): number => {
  const numbers = readdirSync(folder).map((name) => Number.parseInt(name, 10))
  return Math.floor(Math.max(100 - step, ...numbers.filter(Number.isInteger)) / step) * step + step
}

/**
 * Writes `<number>_<name>.sql`, numbered after the last one of its group.
 * @returns the path of the file
 * @throws RowhookError WHMNM when the name is not in lower case with underscores
 */
export const createMigration = (name: string, group: Group, settings: MigrationSettings = readMigrationSettings()): string => {
  if (!/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new RowhookError({
      code: 'WHMNM',
      message: `A migration cannot be called ${JSON.stringify(name)}.`,
      detail: 'Its name becomes a file name and a line in the ledger.',
      hint: 'Use lower-case letters, digits and underscores, beginning with a letter: endpoint_notes.',
    })
  }
  const folder = join(settings.folder, group)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${nextNumber(folder)}_${name}.sql`)
  writeFileSync(path, '-- Up Migration\n\n-- Down Migration\n', { flag: 'wx' })
  return path
}
