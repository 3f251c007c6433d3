/** `rowhook token`: a token for the API, for development. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { loadConfig } from '../../config/load.ts'
import { RowhookError } from '../../core/errors.ts'
import { printJson, type JsonOption } from '../administer.ts'
import { apiSecret } from '../api-secret.ts'

type Options = { readonly tenant?: string; readonly role: 'viewer' | 'manager' | 'owner' | 'operator'; readonly subject: string; readonly expires?: number } & JsonOption

const HOUR = 3_600
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: HOUR, d: 86_400 }

const asSeconds = (text: string): number => {
  const [, count = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (unitSeconds[unit] ?? 0)
  if (!(seconds > 0)) throw new InvalidArgumentError('It must be a number and a unit: 30s, 15m, 1h, 7d.')
  return seconds
}

const run = async ({ tenant, role, subject, expires = HOUR, json }: Options) => {
  const config = loadConfig()
  const secret = apiSecret(config)
  if (secret === undefined) {
    throw new RowhookError({
      code: 'WHAUT',
      message: 'There is no secret to sign a token with.',
      detail: config.jwksUrl === undefined ? 'JWT_SECRET is not set.' : 'JWKS_URL is set: the holder of those keys makes the tokens.',
      hint: config.jwksUrl === undefined ? 'Set JWT_SECRET as the server has it.' : 'Ask your identity provider for one.',
    })
  }
  if (role !== 'operator' && tenant === undefined) {
    throw new RowhookError({ code: 'WHCLM', message: 'The token would say too little.', detail: `The role ${role} belongs to a tenant.`, hint: 'Give --tenant.' })
  }
  const { mintToken } = await import('../../server/mint.ts')
  const token = await mintToken(secret, config.jwtIssuer, { role, subject, expiresInSeconds: expires, ...(tenant === undefined ? {} : { tenantId: tenant }) })
  if (json) printJson({ token, expires_in_seconds: expires })
  else process.stdout.write(`${token}\n`)
}

export const register = (program: Command) =>
  program
    .command('token')
    .summary('make a token for the API')
    .description('Prints a token for the GraphQL API, signed by JWT_SECRET (or, with the embedded PostgreSQL, by the secret kept beside it). For development; people get theirs from your identity provider, machines use API keys.')
    .option('--tenant <id>', 'whose data it opens; the operator may leave it out and has all')
    .addOption(new Option('--role <role>', 'what it may do').choices(['viewer', 'manager', 'owner', 'operator']).default('owner'))
    .option('--subject <name>', 'who it stands for, in the audit log', 'developer')
    .option('--expires <time>', 'how long it holds: 30s, 15m, 1h, 7d; left out: 1h', asSeconds)
    .option('--json', 'print JSON')
    .action(run)
