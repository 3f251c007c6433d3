/** The keys that the configuration names, ready to seal and open. */
import { randomBytes } from 'node:crypto'
import { createKeyring, type Keyring } from '../core/sealing.ts'
import type { Log } from '../delivery/registry-deps.ts'

export const keyringOf = ({ secretsKeys = [] }: { readonly secretsKeys?: readonly Uint8Array[] | undefined }): Keyring => createKeyring({ keys: secretsKeys, randomBytes })

/** What a process says at its start that has no key. */
export const UNSEALED = 'WEBHOOK_SECRETS_KEY is not set: signing secrets and header values lie in the database as they are'

/** Says at the start of a process whether secrets are sealed, and by which keys (their ids say nothing of them). */
export const saySealing = (settings: Parameters<typeof keyringOf>[0], log: Pick<Log, 'info' | 'warn'>): void => {
  const { newest, ids } = keyringOf(settings)
  if (newest === undefined) log.warn({}, UNSEALED)
  else log.info({ sealsWith: newest, opens: ids }, 'secrets are sealed at rest')
}
