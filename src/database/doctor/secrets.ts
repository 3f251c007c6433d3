/** Check of secrets at rest: whether they are sealed, and open with the keys of this environment. */
import { closedEndpoints, sealingFigures } from '../sealing.ts'
import { fault, warning, type Check, type Problem } from './check.ts'

const MOST_SHOWN = 20

const nameOf = (purpose: string): string => ({ signing: 'signing secret', oauth2_client: 'OAuth 2 client secret' })[purpose] ?? purpose

export const secrets: Check = {
  name: 'secrets at rest',
  ask: async ({ client, keyring }) => {
    const figures = await sealingFigures(client)
    const sum = (rows: typeof figures) => rows.reduce((total, row) => total + row.secrets + row.headers, 0)
    const plain = sum(figures.filter(({ keyId }) => keyId === null))
    const older = sum(figures.filter(({ keyId }) => keyId !== null && keyId !== keyring.newest && keyring.ids.includes(keyId)))
    const closed = await closedEndpoints(client, keyring)
    const found: (Problem | false)[] = [
      keyring.newest === undefined && warning(`Secrets are not sealed at rest: WEBHOOK_SECRETS_KEY is not set here, and ${plain} lie in the database as they are.`, 'Make a key (openssl rand -base64 32) and give it to server, workers and commands: WEBHOOK_SECRETS_KEY.'),
      keyring.newest !== undefined && plain > 0 && warning(`${plain} secrets and header values are not sealed.`, 'A worker with WEBHOOK_SECRETS_KEY seals them within a second: does one run with it? rowhook secrets rekey does it now.'),
      older > 0 && warning(`${older} secrets and header values are sealed by an older key.`, 'rowhook secrets rekey; afterwards that key may go.'),
      ...closed.slice(0, MOST_SHOWN).map(({ endpointId, name, purpose, keyId, reason }) =>
        fault(
          reason === 'no key'
            ? `A worker with this environment lets deliveries to ${name || 'an endpoint'} (${endpointId}) wait: its ${nameOf(purpose)} is sealed by key ${keyId}, which is not in WEBHOOK_SECRETS_KEY here.`
            : `Deliveries to ${name || 'an endpoint'} (${endpointId}) wait: its ${nameOf(purpose)} was sealed for another place, or has been changed since.`,
          reason === 'no key' ? 'Put that key back, behind the one that seals, and start again.' : `Set it anew (rowhook endpoints rotate-secret ${endpointId} --overlap 0 makes a signing secret).`,
        ),
      ),
      closed.length > MOST_SHOWN && fault(`So it is with ${closed.length - MOST_SHOWN} endpoints more.`, 'rowhook secrets status --json lists them.'),
    ]
    return found.filter((each) => each !== false)
  },
}
