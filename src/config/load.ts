/** The configuration: environment variables, checked once, frozen. No other file reads process.env. */
import { z } from 'zod'
import { RowhookError } from '../core/errors.ts'
import { asHttpUrl, asMetricsLabel, asNetwork, asOrigin, asPort, flag, integer, keys, keySetUrl, list, oneOf, text, url } from './variables.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const variables = z.object({
  DATABASE_URL: url('postgres', 'postgresql'),
  ROWHOOK_HOME: text(/^[^\0]+$/, 'must be a path'),
  ROWHOOK_DEPLOYMENT: text(/^[\w.:-]{1,63}$/, 'must be 1 to 63 letters, digits, and . _ : -'),
  HOST: text(/^[\w.:-]{1,253}$/, 'must be an address or a host name of this machine'),
  PORT: integer(0, 65_535),
  PUBLIC_PATH: text(/^\/[\w./-]*$/, 'must be a path that begins with /'),
  JWT_SECRET: text(/^.{32,}$/s, 'must have 32 characters or more (openssl rand -base64 32)'),
  JWKS_URL: keySetUrl,
  JWT_ISSUER: text(/^.{1,1024}$/, 'must be one line'),
  CORS_ORIGINS: list(asOrigin, 'must be origins like https://app.example.com, or *'),
  GRAPHIQL: flag,
  PERSISTED_OPERATIONS: list((item) => item, 'must be paths'),
  WEBHOOK_SECRETS_KEY: keys(32),
  WEBHOOK_TIMEOUT_MS: integer(1_000, 20_000),
  WEBHOOK_MAX_RETRIES: integer(1, 100),
  WEBHOOK_RETRY_DELAY: integer(1, 86_400_000),
  WEBHOOK_CONCURRENCY: integer(1, 100_000),
  WEBHOOK_ALLOW_HTTP: flag,
  WEBHOOK_ALLOW_NETS: list(asNetwork, 'must be networks like 10.1.0.0/16 or fd00::/8'),
  WEBHOOK_ALLOW_PORTS: list(asPort, 'must be ports from 1 to 65535'),
  WEBHOOK_URLS: list(asHttpUrl, 'must be http or https URLs'),
  WEBHOOK_SECRET: text(/^\S{16,255}$/, 'must be a whsec_… secret, or 16 to 255 characters without spaces'),
  OUTBOUND_WEBHOOKS_ENABLED: flag,
  METRICS_PORT: integer(0, 65_535),
  METRICS_LABELS: list(asMetricsLabel, 'must be tenant, endpoint, or both'),
  SMTP_URL: url('smtp', 'smtps'),
  SLACK_WEBHOOK_URL: url('https', 'http'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url('https', 'http'),
  LOG_LEVEL: oneOf(...logLevels),
})

type Environment = Readonly<Record<string, string | undefined>>

/** Variables that are good by themselves and not together. Asked also when others are bad, so that every problem shows at once. */
const conflicts = (env: Environment): string[] => [
  ...(env['JWT_SECRET']?.trim() && env['JWKS_URL']?.trim() ? ['JWKS_URL cannot be set together with JWT_SECRET'] : []),
  ...(env['WEBHOOK_URLS']?.trim() && !env['WEBHOOK_SECRET']?.trim() ? ['WEBHOOK_SECRET must be set, because WEBHOOK_URLS is'] : []),
]

export type Config = {
  /** `undefined`: the embedded PostgreSQL under `home` */
  readonly databaseUrl: string | undefined
  /** directory for everything that Rowhook keeps on disk */
  readonly home: string
  /** name that tells a restored or cloned database from the original; `undefined`: not told apart by name */
  readonly deployment: string | undefined
  /** address on which the server listens */
  readonly host: string
  /** TCP port of the server; 0 = a free one */
  readonly port: number
  /** path under which a proxy publishes the server, without a slash at its end; empty = the root */
  readonly publicPath: string
  /** how API tokens are verified; `undefined` with both unset: the API takes no tokens */
  readonly jwtSecret: string | undefined
  readonly jwksUrl: string | undefined
  readonly jwtIssuer: string | undefined
  readonly corsOrigins: readonly string[]
  /** by default only with the embedded PostgreSQL, which is for development */
  readonly graphiql: boolean
  /** files of the only operations that the API runs; empty = it runs any */
  readonly persistedOperations: readonly string[]
  /** 32 bytes each: the first seals secrets at rest, the others still open what they have sealed; empty = not sealed */
  readonly secretsKeys: readonly Buffer[]
  /** default of a new endpoint */
  readonly timeoutMs: number
  /** default of a new endpoint: attempts in all, the first included */
  readonly maxAttempts: number
  /** milliseconds that stand for the first minute of the default schedule: 60000 leaves it as it is */
  readonly retryDelayMs: number
  /** requests in flight in this process */
  readonly concurrency: number
  readonly allowHttp: boolean
  /** networks in CIDR notation that deliveries may reach although they are not public */
  readonly allowNets: readonly string[]
  readonly allowPorts: readonly number[]
  /** endpoints by environment, for single-tenant use, all with `secret` */
  readonly urls: readonly string[]
  readonly secret: string | undefined
  /** `false`: events and deliveries are recorded, nothing is sent */
  readonly outboundEnabled: boolean
  /** TCP port on which a worker or the server serves /metrics without asking who it is; 0 = a free one; `undefined`: none */
  readonly metricsPort: number | undefined
  /** what attempts are counted by in metrics, beside their type */
  readonly metricsLabels: readonly ('tenant' | 'endpoint')[]
  readonly smtpUrl: string | undefined
  readonly slackWebhookUrl: string | undefined
  readonly otlpEndpoint: string | undefined
  readonly logLevel: (typeof logLevels)[number]
}

const freeze = (config: Config): Config => {
  for (const value of Object.values(config)) if (Array.isArray(value)) Object.freeze(value)
  return Object.freeze(config)
}

const refuse = (problems: readonly string[]) =>
  new RowhookError({
    code: 'WHCFG',
    message: problems.length === 1 ? 'A configuration value cannot be used.' : `${problems.length} configuration values cannot be used.`,
    detail: problems.join('\n'),
    hint: 'Correct the environment variables and start again; docs/configuration.md lists them all.',
  })

/**
 * Reads and checks the configuration.
 * @param env the environment, `process.env` by default
 * @throws RowhookError WHCFG with every problem in `detail`, one a line
 */
export const loadConfig = (env: Environment = process.env): Config => {
  const read = variables.safeParse(env)
  const problems = [...(read.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? []), ...conflicts(env)]
  if (!read.success || problems.length > 0) throw refuse(problems)
  const is = read.data
  return freeze({
    databaseUrl: is.DATABASE_URL,
    home: is.ROWHOOK_HOME ?? '.rowhook',
    deployment: is.ROWHOOK_DEPLOYMENT,
    host: is.HOST ?? '127.0.0.1',
    port: is.PORT ?? 5080,
    publicPath: (is.PUBLIC_PATH ?? '').replace(/\/+$/, ''),
    jwtSecret: is.JWT_SECRET,
    jwksUrl: is.JWKS_URL,
    jwtIssuer: is.JWT_ISSUER,
    corsOrigins: is.CORS_ORIGINS ?? [],
    graphiql: is.GRAPHIQL ?? is.DATABASE_URL === undefined,
    persistedOperations: is.PERSISTED_OPERATIONS ?? [],
    secretsKeys: is.WEBHOOK_SECRETS_KEY ?? [],
    timeoutMs: is.WEBHOOK_TIMEOUT_MS ?? 15_000,
    maxAttempts: is.WEBHOOK_MAX_RETRIES ?? 5,
    retryDelayMs: is.WEBHOOK_RETRY_DELAY ?? 60_000,
    concurrency: is.WEBHOOK_CONCURRENCY ?? 1_000,
    allowHttp: is.WEBHOOK_ALLOW_HTTP ?? false,
    allowNets: is.WEBHOOK_ALLOW_NETS ?? [],
    allowPorts: is.WEBHOOK_ALLOW_PORTS ?? [443, 80, 8443, 8080],
    urls: is.WEBHOOK_URLS ?? [],
    secret: is.WEBHOOK_SECRET,
    outboundEnabled: is.OUTBOUND_WEBHOOKS_ENABLED ?? true,
    metricsPort: is.METRICS_PORT,
    metricsLabels: is.METRICS_LABELS ?? [],
    smtpUrl: is.SMTP_URL,
    slackWebhookUrl: is.SLACK_WEBHOOK_URL,
    otlpEndpoint: is.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: is.LOG_LEVEL ?? 'info',
  })
}
