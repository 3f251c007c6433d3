/** What the checks of `rowhook doctor` have in common. */
import type pg from 'pg'
import type { Keyring } from '../../core/sealing.ts'

export type Problem = {
  /** `fault`: something does not work, or will not soon; `warning`: somebody should know */
  readonly level: 'fault' | 'warning'
  /** what is wrong, with the facts */
  readonly problem: string
  /** what to do, a command where one does it */
  readonly remedy: string
}

export type Patient = {
  readonly client: pg.ClientBase
  readonly databaseUrl: string
  /** what this process's environment says */
  readonly allowHttp: boolean
  readonly outboundEnabled: boolean
  /** the keys of this process's environment */
  readonly keyring: Keyring
  /** milliseconds since the epoch, of this machine */
  readonly nowMs: () => number
}

export type Check = {
  /** as it is listed: `triggers of watched tables` */
  readonly name: string
  /** an empty list is good health */
  readonly ask: (patient: Patient) => Promise<readonly Problem[]>
}

export const fault = (problem: string, remedy: string): Problem => ({ level: 'fault', problem, remedy })
export const warning = (problem: string, remedy: string): Problem => ({ level: 'warning', problem, remedy })

/** A check that is one query: each row becomes a problem. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it says what the query's rows hold
export const byQuery = <Row extends pg.QueryResultRow>(name: string, sql: string, describe: (row: Row) => Problem | undefined): Check => ({
  name,
  ask: async ({ client }) => {
    const { rows } = await client.query<Row>(sql)
    return rows.map(describe).filter((problem) => problem !== undefined)
  },
})
