/** Whether the audit log is what was written. */
import { parse } from 'graphql'
import { loadOneWithPgClient, type PgClient } from 'postgraphile/@dataplan/pg'
import type { FieldArgs, Step } from 'postgraphile/grafast'
import { extendSchema } from 'postgraphile/utils'

const sdl = `
extend type Query {
  "Whether the newest entries of the audit log agree with their chain of hashes. The chain is one for all tenants."
  auditVerification(
    "How many of the newest entries to check, 100,000 at the most."
    newest: Int = 10000
  ): AuditVerification
}
"How the audit log agrees with its chain."
type AuditVerification {
  "Entries that were checked."
  checked: Int!
  "Entries that were changed, removed or slipped in after they were chained."
  broken: Int!
  "The id of the first of them. Null: there is none."
  firstBroken: BigInt
  "What is wrong with it, in a sentence. Null: nothing is."
  problem: String
  "Entries that are not chained yet; a worker chains once a second."
  waiting: Int!
  "When the oldest that was checked was written. Null: none was checked, or that one is gone."
  since: Datetime
  "The newest hash, as the workers' log has it. Null: nothing is chained yet."
  head: String
}
`

const verify = async (client: PgClient, newest: unknown) => {
  const { rows } = await client.query<Record<string, unknown>>({
    text: `select checked, broken, first_broken::text as "firstBroken", problem, waiting, head, to_char(since at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as since from webhooks.audit_verification($1)`,
    values: [newest],
  })
  return rows[0]
}

export const AuditPlugin = extendSchema((build) => ({
  typeDefs: parse(sdl),
  objects: {
    Query: {
      plans: {
        auditVerification: (_parent: Step, args: FieldArgs) =>
          loadOneWithPgClient(build.pgExecutor, args.getRaw('newest'), ((client: PgClient, asked: readonly unknown[]) => Promise.all(asked.map((each) => verify(client, each)))) as never),
      },
    },
  },
}), 'RowhookAuditPlugin')
