/** Chooses the operating system account that the embedded PostgreSQL runs under: the server refuses to run as root. */
import { spawnSync } from 'node:child_process'
import { RowhookError } from '../../core/errors.ts'

/** What to pass to `spawn` to become an account; empty where the process stays what it is. */
export type Account = { readonly uid?: number; readonly gid?: number }

/** Accounts that root hands the server to, best first. `initdb` needs an entry in the user database, so a bare number will not do. */
const candidates = ['postgres', '_postgres', 'nobody'] as const

const idOf = (flag: '-u' | '-g', name: string): number | undefined => {
  const found = spawnSync('id', [flag, name], { encoding: 'utf8' })
  const id = Number.parseInt(found.stdout ?? '', 10)
  return found.status === 0 && Number.isInteger(id) && id !== 0 ? id : undefined
}

/**
 * The account for the server.
 * @param names accounts to try when this process is root, best first
 * @returns `{}` for a normal user, who runs the server himself; uid and gid of the first account found for root
 * @throws RowhookError WHPGU when this process is root and none of the accounts exists
 */
export const serverAccount = (names: readonly string[] = candidates): Account => {
  if (process.getuid?.() !== 0) return {}
  for (const name of names) {
    const uid = idOf('-u', name)
    const gid = idOf('-g', name)
    if (uid !== undefined && gid !== undefined) return { uid, gid }
  }
  throw new RowhookError({
    code: 'WHPGU',
    message: 'The embedded PostgreSQL has no account to run under.',
    detail: `PostgreSQL refuses to run as root, and none of these accounts exists: ${names.join(', ')}.`,
    hint: 'Run Rowhook as a normal user, create an account named postgres, or set DATABASE_URL to a server of your own.',
  })
}

/** Whether `account` can reach and read `path`. Asked of the kernel as that account, since modes alone do not tell (ACLs, parents). */
export const canRead = (account: Account, path: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'test -r "$1" && { test ! -d "$1" || test -x "$1"; }', 'sh', path], { ...account, cwd: '/' }).status === 0
