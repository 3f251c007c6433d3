/** Where the embedded PostgreSQL keeps its files: under the home, or beside it where the server's account cannot reach the home. */
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { RowhookError } from '../../core/errors.ts'
import { canRead, type Account } from './account.ts'

/** Used by root alone, when the checkout is closed to the account that runs the server (a 0700 home directory). */
const systemWide = '/var/lib/rowhook'

/** Makes a directory that others may enter, whatever the umask says; parents too. */
export const makeDirectory = (path: string) => {
  const first = mkdirSync(path, { recursive: true })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = resolve(made, '..')) chmodSync(made, 0o755)
}

/** The places of one embedded PostgreSQL. */
export type Places = {
  /** `<home>/postgres`: the cluster's directory, or a link to it */
  readonly cluster: string
  /** what `cluster` is, or will be, in truth: equal to it unless the home is out of the account's reach */
  readonly build: () => string
  /** whether `cluster` is made as a link to what `build` gave */
  readonly linked: boolean
  /** for the copy of the programs, when one is needed */
  readonly copies: () => string
}

/**
 * Works out the places for a home directory and makes the home.
 * @throws RowhookError WHPGD when the home cannot be made
 */
export const findPlaces = (home: string, account: Account, shared = systemWide): Places => {
  try {
    makeDirectory(home)
  } catch (cause) {
    throw new RowhookError({
      code: 'WHPGD',
      message: `The directory ${home} cannot be used for the embedded PostgreSQL.`,
      detail: (cause as Error).message,
      hint: 'Make it writable for this user, set ROWHOOK_HOME to another directory, or set DATABASE_URL to a server of your own.',
      cause,
    })
  }
  const cluster = join(home, 'postgres')
  const linked = existsSync(cluster) ? lstatSync(cluster).isSymbolicLink() : !canRead(account, home)
  const parent = () => (linked ? (makeDirectory(shared), shared) : home)
  return {
    cluster,
    linked,
    build: () => mkdtempSync(join(parent(), 'postgres.')),
    copies: () => (account.uid === undefined ? home : (makeDirectory(shared), shared)),
  }
}

/** The cluster's directory with a link followed one step, so that the server is given a path that its account can walk. */
export const realCluster = ({ cluster, linked }: Places): string => (linked ? readlinkSync(cluster) : cluster)
