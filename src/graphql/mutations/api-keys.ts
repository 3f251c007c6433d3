/** Keys for machines. */
import { callOne, type Act } from './act.ts'

export const apiKeyActs: readonly Act[] = [
  {
    name: 'createApiKey',
    description: 'Makes a key for a machine, to be sent as authorization: Bearer rhk_…',
    args: 'name: String!\n"viewer, manager or owner."\nrole: String!\n"Left out: it has no end."\nexpiresAt: Datetime',
    payload: '"The key, without its secret."\napiKey: ApiKey\n"Shown once."\nkey: String',
    calls: 'create_api_key(text,text,text,timestamptz)',
    run: (client, { name, role, tenantId, expiresAt }) =>
      callOne(client, 'select id as "apiKeyId", new_key as key from webhooks.create_api_key($1, $2, $3, $4)', [name, role, tenantId, expiresAt]),
  },
  {
    name: 'revokeApiKey',
    description: 'Ends a key: the next request with it is refused.',
    args: 'id: UUID!',
    payload: '"The key as it is now."\napiKey: ApiKey',
    calls: 'revoke_api_key(uuid)',
    run: (client, { id }) => callOne(client, 'select (webhooks.revoke_api_key($1)).id as "apiKeyId"', [id]),
  },
]
