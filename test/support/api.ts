/** The API server inside the test's process, and clients of every role. */
import { SignJWT } from 'jose'
import { launchServer, type ServerSettings } from '../../src/wiring/launch-server.ts'
import type { Server } from '../../src/server/server.ts'
import { assertNoSecret } from './no-secrets.ts'

export const JWT_SECRET = 'a secret of the tests, 32 characters or more'

export type ApiError = { readonly message: string; readonly path?: readonly (string | number)[]; readonly extensions?: Readonly<Record<string, string>> }

/** What came back, whatever its shape: a test says what it expects. */
// oxlint-disable-next-line typescript/no-explicit-any -- answers are read as the query wrote them
export type Answer = { readonly status: number; readonly data: any; readonly errors: readonly ApiError[]; readonly text: string }

export type Client = (query: string, variables?: Readonly<Record<string, unknown>>) => Promise<Answer>

/** A token as an identity provider makes them. What is given replaces what would be there. */
export const mint = (claims: Readonly<Record<string, unknown>>, { secret = JWT_SECRET, issuer = 'rowhook', audience = 'rowhook', expires = '5 minutes' }: { secret?: string; issuer?: string; audience?: string; expires?: string | number } = {}): Promise<string> =>
  new SignJWT({ sub: 'ada', ...claims }).setProtectedHeader({ alg: 'HS256' }).setIssuer(issuer).setAudience(audience).setIssuedAt().setExpirationTime(expires).sign(new TextEncoder().encode(secret))

export type TestApi = Server & {
  readonly as: (role: string, tenantId?: string, subject?: string) => Promise<Client>
  readonly withToken: (token: string | undefined) => Client
  /** everything that it logged, as JSON */
  readonly logged: string[]
}

/** Starts a server on a free port. Stop it before the database is dropped. */
export const startTestApi = async (databaseUrl: string, settings: Partial<ServerSettings> = {}): Promise<TestApi> => {
  const logged: string[] = []
  const say = (fields: object, message: string) => void logged.push(JSON.stringify({ message, ...fields, err: (fields as { err?: Error }).err?.stack }))
  const server = await launchServer({
    databaseUrl, port: 0, host: '127.0.0.1', publicPath: '', jwtSecret: JWT_SECRET, jwksUrl: undefined, jwtIssuer: undefined,
    corsOrigins: [], graphiql: true, persistedOperations: [], allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any', log: { info: say, error: say }, ...settings,
  })
  const withToken = (token: string | undefined): Client => async (query, variables) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    })
    const text = await response.text()
    const { data, errors = [] } = JSON.parse(text) as { data?: unknown; errors?: ApiError[] }
    return { status: response.status, data, errors, text }
  }
  return {
    ...server,
    stop: async (graceMs) => {
      await server.stop(graceMs)
      assertNoSecret(logged)
    },
    logged,
    withToken,
    as: async (role, tenantId, subject = 'ada') => withToken(await mint({ role, sub: subject, ...(tenantId === undefined ? {} : { tenant_id: tenantId }) })),
  }
}
