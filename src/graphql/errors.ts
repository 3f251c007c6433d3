/** Errors as a client may see them: ours in full, with code and field; of everything else only that it happened. */
import { randomUUID } from 'node:crypto'
import { GraphQLError } from 'graphql'
import { isSafeError } from 'postgraphile/grafast'
import type { RowhookError } from '../core/errors.ts'
import { camelCase, inApiNames } from './api-names.ts'

/** What an error of PostgreSQL bears. */
type SqlError = { readonly code?: string; readonly message: string; readonly detail?: string; readonly hint?: string; readonly column?: string; readonly constraint?: string }

/** The input that a code is about, where the error itself names no column. */
const fieldOf: Readonly<Record<string, string>> = {
  WHURL: 'url', WHADR: 'url', WHPRT: 'url', WHPAT: 'events', WHEVT: 'events', WHFIL: 'filter', WHFER: 'filter', WHHDR: 'headers', WHSEC: 'secret', WHOVL: 'overlap',
  WHTYP: 'type', WHBIG: 'data', WHWIN: 'since', WHTNT: 'tenantId', WHOAS: 'secret',
}

/** What PostgreSQL itself refuses and a client can do something about. */
const explained: Readonly<Record<string, { readonly code: string; readonly message: string; readonly hint: string }>> = {
  '42501': { code: 'WHRGT', message: 'Your role may not do this.', hint: 'The field me { role permissions } says what it may.' },
  '57014': { code: 'WHSLO', message: 'The request took too long and was ended.', hint: 'Ask for less at once, or narrow the filter.' },
  '40001': { code: 'WHTRY', message: 'Another request changed the same thing at the same moment.', hint: 'Try again.' },
  '40P01': { code: 'WHTRY', message: 'Another request changed the same thing at the same moment.', hint: 'Try again.' },
  '22008': { code: 'WHTIM', message: 'The time cannot be read.', hint: 'Write it like 2026-08-01T10:00:00Z.' },
  '22007': { code: 'WHTIM', message: 'The time cannot be read.', hint: 'Write it like 2026-08-01T10:00:00Z.' },
  '22003': { code: 'WHVAL', message: 'A number is beyond what can be kept.', hint: 'Correct the value.' },
  '22P05': { code: 'WHVAL', message: 'A text holds a character that cannot be kept.', hint: 'Leave U+0000 out.' },
  '22021': { code: 'WHVAL', message: 'A text holds a character that cannot be kept.', hint: 'Leave U+0000 out.' },
  '22025': { code: 'WHVAL', message: 'A like pattern ends with a backslash.', hint: 'Write two of them for one.' },
  '22P02': { code: 'WHVAL', message: 'A value is not of its type.', hint: 'Correct the value.' },
}

/** What is wrong with a request itself bears a code as well, and no HTTP status: the answer has that already. */
const ofRequest = (extensions: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const { statusCode: _status, ...shown } = extensions
  return 'code' in shown ? shown : { ...shown, code: 'WHREQ', hint: 'Correct the request; docs/schema.graphql has what can be asked.' }
}

const present = (fields: Record<string, string | undefined>) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ''))

/** Told about each error that a client sees as WHINT, with the id that it sees. */
export type OnInternal = (error: { readonly message: string }, id: string) => void

/** What is shown instead of an error's own words. */
const seen = (cause: SqlError | RowhookError, onInternal: OnInternal): { readonly message: string; readonly extensions: Record<string, unknown> } => {
  const { code = '', message, detail, hint } = cause
  if (/^WH[A-Z]{3}$/.test(code)) {
    const column = 'column' in cause ? cause.column : undefined
    return { message, extensions: { code, ...present({ detail: detail && inApiNames(detail), hint: hint && inApiNames(hint), field: column ? camelCase(column) : fieldOf[code] }) } }
  }
  const known = explained[code]
  if (known) return { message: known.message, extensions: { code: known.code, hint: known.hint } }
  const id = randomUUID()
  onInternal(cause, id)
  return { message: 'Something went wrong in the server.', extensions: { code: 'WHINT', hint: 'Try again; if it happens again, give the operator this id.', id } }
}

const renamed = ({ nodes, source, positions, path }: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError =>
  new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null, extensions })

/** For `grafserv.maskError`: keeps path and place, and lets through no word that is not ours. */
export const maskErrors = (onInternal: OnInternal) => (error: GraphQLError): GraphQLError => {
  const { originalError } = error
  if (!originalError || originalError instanceof GraphQLError) return renamed(error, error.message, ofRequest(error.extensions)) // GraphQL says what is wrong with it
  if (isSafeError(originalError)) return renamed(error, originalError.message, ofRequest({ ...originalError.extensions }))
  const { message, extensions } = seen(originalError, onInternal)
  return renamed(error, message, extensions)
}

type Shown = { readonly extensions?: Readonly<Record<string, unknown>> }

/** An answer that is errors alone begins so; one with data has been through the mask. */
const ERRORS = '{"errors":'

/** What Grafserv answers before it asks its mask: a body that is no JSON, a document that is no GraphQL or not of this schema. */
export const CodedRequestsPlugin: GraphileConfig.Plugin = {
  name: 'RowhookCodedRequestsPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      async processRequest(next) {
        const result = await next()
        if (result?.type !== 'buffer' || result.buffer.toString('utf8', 0, ERRORS.length) !== ERRORS) return result
        const { errors, ...rest } = JSON.parse(result.buffer.toString()) as { errors: Shown[] }
        const buffer = Buffer.from(JSON.stringify({ errors: errors.map((error) => ({ ...error, extensions: ofRequest(error.extensions ?? {}) })), ...rest }))
        return { ...result, headers: { ...result.headers, 'content-length': String(buffer.length) }, buffer }
      },
    },
  },
}
