/** What the demo says. */
import { commandLine, packageVersion } from '../../config/package.ts'
import { saleSql } from '../../database/demo.ts'
import type { OpenDatabase } from '../../database/open.ts'
import type { Arrival } from '../receiver.ts'
import { legible, showBody } from '../show-arrival.ts'

const servers: Readonly<Record<OpenDatabase['embedded'], string>> = {
  started: 'its own, set DATABASE_URL to use yours',
  adopted: 'its own, running already',
  no: 'yours, from DATABASE_URL',
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ')

export const greeting = `Rowhook ${packageVersion}: committed rows become signed webhooks.\n`

export const databaseIs = ({ embedded }: OpenDatabase, version: string) => `PostgreSQL ${version} answers (${servers[embedded]}).`

export const schemaIs = (applied: number) =>
  applied === 0 ? 'Its schema is up to date.' : `Its schema is up to date: ${applied} migrations applied, a sample shop among them.`

export const receiverIs = (url: string) => `A receiver listens on ${url}; an endpoint of the shop points there, and has answered a test event.\n`

export const writing = (sql: string) => `Now the shop sells something. All it does is this:\n\n${indent(`begin;\n${sql}\ncommit;`)}\n`

export const arrived = ({ eventType, eventId, body }: Arrival, ms: number) =>
  `The receiver got ${legible(`${eventType} ${eventId}`)}, and verified it with the endpoint’s secret, ${ms} ms after the commit:\n\n${indent(showBody(body))}\n`

/** The last line of `--once`, which scripts read. */
export const delivered = (eventId: string, ms: number) => `delivered sale.created ${eventId} verified in ${ms} ms`

/** The address holds the embedded server's password; one that somebody brought is not repeated. */
const psql = ({ embedded, url }: OpenDatabase) => (embedded === 'no' ? 'psql "$DATABASE_URL"' : `psql '${url}'`)

export const apiIs = (url: string, token: string) => `The admin page, signed in as the owner of the demo shop for a day (keep the link to yourself):

  ${url}/admin/#token=${token}

The GraphQL API is at ${url}/graphql (explore it at ${url}/graphiql); the same token opens it: authorization: Bearer <token>.
`

export const secretsLieOpen = `Secrets lie in the database as they are, since there is no WEBHOOK_SECRETS_KEY to seal them.\n`

export const howToGoOn = (database: OpenDatabase) => `It goes on running. In another terminal connect with

  ${psql(database)}

and write the next sale:

  ${saleSql('99.90')}

Without psql:

  ${commandLine} sql "${saleSql('99.90')}"

Press Ctrl-C to stop.
`

/** One that was written by hand: its commit was somebody else's, so the time since then is not known. */
export const alsoArrived = ({ eventType, eventId, verdict, body }: Arrival) =>
  `Received ${legible(`${eventType} ${eventId}`)}, ${verdict?.refusal ? `NOT VERIFIED: ${verdict.refusal.message}` : 'verified'}:\n\n${indent(showBody(body))}\n`
