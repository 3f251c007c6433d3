/** The repository's own files, for the tests that hold its rules. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { packageRoot } from '../../src/config/package.ts'

/** A file: its path from the repository's root, with slashes, and its text. */
export type SourceFile = { readonly path: string; readonly text: string }

/** Every file below `folder` whose name ends in one of `endings`. A folder that is not there has none. */
export const filesBelow = (folder: string, ...endings: readonly string[]): SourceFile[] => {
  try {
    return readdirSync(join(packageRoot, folder), { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      .map((entry) => join(entry.parentPath, entry.name))
      .toSorted()
      .map((path) => ({ path: relative(packageRoot, path), text: readFileSync(path, 'utf8') }))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
