/** `rowhook doctor`: asks one thing after the other what is wrong, and what to do about it. */
import { checkMigrated } from './migrated.ts'
import { RowhookError } from '../core/errors.ts'
import { fault, type Check, type Patient, type Problem } from './doctor/check.ts'
import { secrets } from './doctor/secrets.ts'
import { capture, partitionTriggers, settings, switches } from './doctor/choices.ts'
import { clock, lockTable, ourTriggers, oldTransactions, owners, rights, sessions, version } from './doctor/server.ts'
import { alerts, armed, backlog, deadLetters, failingEndpoints, jobs, lanes, partitions, workers } from './doctor/work.ts'

export type { Patient } from './doctor/check.ts'

/** How one check came out. */
export type Finding = { readonly check: string; readonly problems: readonly Problem[] }

const migrations: Check = {
  name: 'migrations',
  ask: async ({ databaseUrl }) => {
    try {
      await checkMigrated(databaseUrl, 0)
      return []
    } catch (error) {
      if (error instanceof RowhookError) return [fault(`${error.message} ${error.detail ?? ''}`.trim(), error.hint ?? '')]
      throw error
    }
  },
}

/** Without these nothing else can be asked. */
const first: readonly Check[] = [version, migrations, rights]
const rest: readonly Check[] = [
  owners, sessions, ourTriggers, capture, partitionTriggers, workers, armed, lanes, backlog, failingEndpoints, deadLetters,
  partitions, jobs, switches, settings, secrets, clock, oldTransactions, lockTable, alerts,
]

/** A check that cannot be made is a finding itself, and keeps no other from being made. */
const ask = async (check: Check, patient: Patient): Promise<Finding> => {
  try {
    return { check: check.name, problems: await check.ask(patient) }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { check: check.name, problems: [fault(`This could not be checked: ${reason}.`, 'Run it as a member of rowhook_owner or rowhook_dba.')] }
  }
}

/** Makes every check. Changes nothing. */
export const examine = async (patient: Patient): Promise<Finding[]> => {
  const findings: Finding[] = []
  for (const check of first) findings.push(await ask(check, patient))
  if (findings.some(({ problems }) => problems.some(({ level }) => level === 'fault'))) return findings
  for (const check of rest) findings.push(await ask(check, patient))
  return findings
}
