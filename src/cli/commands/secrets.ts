/** `rowhook secrets`: what is sealed at rest, and moving to a new key. */
import type { Command } from 'commander'
import { RowhookError } from '../../core/errors.ts'
import { administer, endProgress, printOne, printRows, showProgress, snakeCased, type JsonOption } from '../administer.ts'
import { withDatabase } from '../with-database.ts'

const load = () => import('../../database/sealing.ts')
const loadKeyring = () => import('../../wiring/keyring.ts')

const status = ({ json }: JsonOption) =>
  administer('secrets', async (client, config) => {
    const { closedEndpoints, sealingFigures } = await load()
    const keyring = (await loadKeyring()).keyringOf(config)
    const figures = await sealingFigures(client)
    const closed = await closedEndpoints(client, keyring)
    const useOf = (keyId: string | null) =>
      keyId === null ? 'not sealed' : keyId === keyring.newest ? 'seals and opens' : keyring.ids.includes(keyId) ? 'opens' : 'not in WEBHOOK_SECRETS_KEY here'
    const unused = keyring.ids.filter((id) => !figures.some(({ keyId }) => keyId === id)).map((keyId) => ({ keyId, secrets: 0, headers: 0, endpoints: 0 }))
    const rows = [...figures, ...unused].map((each) => ({ key: each.keyId, here: useOf(each.keyId), secrets: each.secrets, headers: each.headers, endpoints: each.endpoints }))
    if (json) return printOne({ keys: rows, closed: closed.map(snakeCased) }, { json })
    printRows(rows.map((row) => ({ ...row, key: row.key ?? '(none)' })), ['key', 'here', 'secrets', 'headers', 'endpoints'], {})
    if (closed.length > 0) process.stdout.write(`${closed.length} endpoints have secrets that do not open here; rowhook doctor names them.\n`)
  })

const noKey = () =>
  new RowhookError({
    code: 'WHNKY',
    message: 'There is no key to seal with.',
    detail: 'WEBHOOK_SECRETS_KEY is not set here.',
    hint: 'Set it as the server and the workers have it, the new key first: openssl rand -base64 32 makes one.',
  })

const rekeyAll = ({ json }: JsonOption) =>
  withDatabase(async ({ url }, config) => {
    const { rekey, sealingFigures } = await load()
    const keyring = (await loadKeyring()).keyringOf(config)
    if (keyring.newest === undefined) throw noKey()
    const { createPool, checkPool } = await import('../../database/pool.ts')
    const pool = createPool({ databaseUrl: url, name: 'rowhook secrets', role: 'rowhook_owner', max: 1 })
    try {
      await checkPool(pool)
      const before = await sealingFigures(pool)
      const most = before.filter(({ keyId }) => keyId !== keyring.newest).reduce((sum, { secrets, headers }) => sum + secrets + headers, 0)
      let done = 0
      const { sealed, closed } = await rekey(pool, keyring, (rows) => showProgress(`${(done += rows)} rows, at most ${most} …`))
      endProgress()
      printOne({ key: keyring.newest, rows_sealed: sealed, left_closed: closed.length, ...(closed.length > 0 && { closed: closed.map(snakeCased) }) }, { ...(json && { json }) })
      if (closed.length > 0) process.exitCode = 1
    } finally {
      await pool.end()
    }
  })

export const register = (program: Command) => {
  const secrets = program.command('secrets').summary('see what is sealed at rest, and move to a new key').description('Secrets at rest: sealed by WEBHOOK_SECRETS_KEY.').helpCommand(false)
  secrets
    .command('status')
    .description('Counts secrets and header values by the key that sealed them, and says what this environment can do with each.')
    .option('--json', 'print JSON')
    .action(status)
  secrets
    .command('rekey')
    .description(
      'Seals everything under the first key of WEBHOOK_SECRETS_KEY: what lies open, and what older keys have sealed. In small batches while everything runs; may be stopped\n' +
        'and started again. Ends with 1 where something stays that no key here opens. Afterwards, when rowhook secrets status counts nothing under it, an older key may go.',
    )
    .option('--json', 'print JSON')
    .action(rekeyAll)
}
