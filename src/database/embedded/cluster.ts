/** The files of one embedded PostgreSQL: made once by initdb, with a password of their own, and checked at every start. */
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RowhookError } from '../../core/errors.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { realCluster, type Places } from './directories.ts'

/** A cluster that is ready to be started. Its superuser is `postgres`. */
export type Cluster = { readonly data: string; readonly log: string; readonly password: string }

/** The server's own messages are read by this program, so they must be in English. */
export const serverEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', LANG: 'C' }

const initialise = (directory: string, binaries: Binaries, account: Account, quick: boolean) => {
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) {
    chownSync(directory, account.uid, account.gid)
    chownSync(passwordFile, account.uid, account.gid)
  }
  const made = spawnSync(
    binaries.initdb,
    [
      ...['-D', join(directory, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
      ...(quick ? ['--no-sync'] : []),
    ],
    { ...account, cwd: '/', env: serverEnvironment, encoding: 'utf8' },
  )
  if (made.status === 0) return
  throw new RowhookError({
    code: 'WHPGS',
    message: 'The embedded PostgreSQL could not be set up.',
    detail: (made.stderr || made.error?.message || `initdb ended with ${made.status ?? made.signal}`).trim(),
    hint: 'Correct what initdb names, or set DATABASE_URL to a server of your own.',
    cause: made.error,
  })
}

/** Several processes may come at once: each builds a cluster of its own, the first to rename wins, the others throw theirs away. */
const make = (places: Places, binaries: Binaries, account: Account, quick: boolean) => {
  const building = places.build()
  try {
    initialise(building, binaries, account, quick)
    if (places.linked) symlinkSync(building, places.cluster)
    else renameSync(building, places.cluster)
  } catch (error) {
    rmSync(building, { recursive: true, force: true })
    const lost = ['EEXIST', 'ENOTEMPTY'].includes((error as NodeJS.ErrnoException).code ?? '')
    if (!lost) throw error
  }
}

const refuse = (directory: string, detail: string, hint: string, cause?: unknown) =>
  new RowhookError({ code: 'WHPGD', message: `The directory ${directory} cannot be used for the embedded PostgreSQL.`, detail, hint, cause })

const elsewhere = 'Move it away, or set ROWHOOK_HOME to another directory.'

const read = (directory: string, path: string): string => {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    if (code === 'EACCES') throw refuse(directory, `It belongs to another user: ${message}.`, `Run as that user, or set ROWHOOK_HOME to another directory.`, cause)
    throw refuse(directory, `It is there, but was not made by Rowhook: ${message}.`, elsewhere, cause)
  }
}

/**
 * Opens the cluster, making it at the first start (1.3 s).
 * @param quick leaves out the syncs of initdb, for clusters that nobody will miss
 * @throws RowhookError WHPGD when the directory is somebody else's or of another PostgreSQL release, WHPGS when initdb fails
 */
export const openCluster = (places: Places, binaries: Binaries, account: Account, quick: boolean): Cluster => {
  if (!existsSync(places.cluster)) make(places, binaries, account, quick)
  const directory = realCluster(places)
  const password = read(places.cluster, join(directory, 'password'))
  const data = join(directory, 'data')
  const major = read(places.cluster, join(data, 'PG_VERSION'))
  if (major !== binaries.major) {
    throw refuse(
      places.cluster,
      `It holds data of PostgreSQL ${major}, and this Rowhook brings PostgreSQL ${binaries.major}.`,
      'Move the data over by pg_dump with the older release, or set ROWHOOK_HOME to another directory.',
    )
  }
  return { data, log: join(directory, 'log'), password }
}
