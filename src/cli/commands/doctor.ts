/** `rowhook doctor`: what is wrong, and what to do about it. */
import type { Command } from 'commander'
import type { Finding } from '../../database/doctor.ts'
import { administer, type JsonOption } from '../administer.ts'
import { legible } from '../show-arrival.ts'

const lines = ({ check, problems }: Finding): string[] =>
  problems.length === 0 ? [`ok       ${check}`] : problems.flatMap(({ level, problem, remedy }) => [`${level.padEnd(7)}  ${check}: ${legible(problem)}`, `         → ${legible(remedy)}`])

const run = ({ json }: JsonOption) =>
  administer('doctor', async (client, config, databaseUrl) => {
    const { examine } = await import('../../database/doctor.ts')
    const { keyringOf } = await import('../../wiring/keyring.ts')
    const { allowHttp, outboundEnabled } = config
    const findings = await examine({ client, databaseUrl, allowHttp, outboundEnabled, keyring: keyringOf(config), nowMs: Date.now })
    const faults = findings.flatMap(({ problems }) => problems).filter(({ level }) => level === 'fault').length
    process.stdout.write(json ? `${JSON.stringify({ healthy: faults === 0, findings }, null, 2)}\n` : `${findings.flatMap(lines).join('\n')}\n`)
    if (faults > 0) process.exitCode = 1
  })

export const register = (program: Command) =>
  program
    .command('doctor')
    .summary('say what is wrong, and what to do about it')
    .description(
      'Checks the database, rights, sessions, migrations, triggers, workers, lanes, backlog, partitions, clone guard, switches, settings, secrets at rest and clocks. Changes nothing.\n' +
        'Each problem comes with its remedy. Ends with 0 where there is none, or warnings alone, and with 1 where there is a fault.',
    )
    .option('--json', 'print JSON')
    .action(run)
