/** Runs known operations only: what a client may ask is then written down before it is deployed. */
import { SafeError } from 'postgraphile/grafast'

export type KnownOperations = {
  /** documents by id */
  readonly byId: ReadonlyMap<string, string>
  readonly texts: ReadonlySet<string>
}

/** The parts of a request that can name an operation. */
type Body = { id?: unknown; documentId?: unknown; query?: unknown; extensions?: unknown }

/** The status is for Grafserv alone: it reads what is not enumerable, and the answer does not show it. */
const refused = (detail: string) =>
  new SafeError(
    'The server runs only operations that it knows.',
    Object.defineProperty({ code: 'WHOPS', detail, hint: 'Send one of PERSISTED_OPERATIONS, by its id or to the letter; or have the operator add yours.' }, 'statusCode', { value: 400 }),
  )

const nameOf = ({ documentId, id, extensions }: Body): unknown =>
  documentId ?? id ?? (extensions as { persistedQuery?: { sha256Hash?: unknown } } | undefined)?.persistedQuery?.sha256Hash

/**
 * The document that a request means.
 * @throws SafeError WHOPS where it is none of those that are known
 */
export const knownDocument = ({ byId, texts }: KnownOperations, body: Body): string => {
  const { query } = body
  if (query !== undefined && query !== null && query !== '') { // graphql-ws demands a text
    if (typeof query === 'string' && texts.has(query)) return query
    throw refused('The document that was sent is none of them.')
  }
  const name = nameOf(body)
  if (typeof name !== 'string') throw refused('The request names no operation.')
  const document = byId.get(name) ?? byId.get(name.replace(/^sha256:/, ''))
  if (document === undefined) throw refused('The id that was sent is that of none of them.')
  return document
}

export const knownOperationsPlugin = (known: KnownOperations): GraphileConfig.Plugin => ({
  name: 'RowhookKnownOperationsPlugin',
  version: '1.0.0',
  grafserv: {
    middleware: {
      processGraphQLRequestBody(next, { body }) {
        body.query = knownDocument(known, body)
        return next()
      },
    },
  },
})
