/** Answers of the server: security headers on each, JSON for what has a body, errors in the form of GraphQL. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RowhookError } from '../core/errors.ts'

/** Nothing of the server may be framed, sniffed, or told to others by a referrer. */
export const secure = (response: ServerResponse): void => {
  response.setHeader('x-content-type-options', 'nosniff')
  response.setHeader('x-frame-options', 'DENY')
  response.setHeader('referrer-policy', 'no-referrer')
  response.setHeader('cross-origin-opener-policy', 'same-origin')
  response.setHeader('cache-control', 'no-store')
}

/**
 * Lets the browser pages of listed origins in. No cookie is ever used, so no credentials are allowed either.
 * @returns whether it was a preflight, which is answered with that
 */
export const cors = (request: IncomingMessage, response: ServerResponse, allowed: readonly string[]): boolean => {
  const { origin } = request.headers
  if (origin === undefined || allowed.length === 0) return false
  response.setHeader('vary', 'origin')
  if (!allowed.includes('*') && !allowed.includes(origin)) return false
  response.setHeader('access-control-allow-origin', allowed.includes('*') ? '*' : origin)
  if (request.method !== 'OPTIONS') return false
  response.setHeader('access-control-allow-methods', 'GET, POST')
  response.setHeader('access-control-allow-headers', 'authorization, content-type, accept')
  response.setHeader('access-control-max-age', '600')
  response.writeHead(204).end()
  return true
}

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${JSON.stringify(body)}\n`)
}

/** Whether it is who asks, or the server, who cannot be helped at the moment. */
export const statusOf = ({ code }: RowhookError): number => (code === 'WHJWK' ? 503 : 401)

/** An error as a GraphQL client reads it, with the media type that it asked for. */
export const sendRefusal = (request: IncomingMessage, response: ServerResponse, status: number, { code, message, detail, hint }: RowhookError): void => {
  const type = request.headers.accept?.includes('application/graphql-response+json') ? 'application/graphql-response+json' : 'application/json'
  if (status === 401) response.setHeader('www-authenticate', 'Bearer realm="rowhook"')
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(JSON.stringify({ errors: [{ message, extensions: { code, detail, hint } }] }))
}
