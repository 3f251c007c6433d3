/** What went wrong, as a page shows it: from whatever urql gives. */
import type { CombinedError } from 'urql'

export type Problem = {
  /** a code of docs/errors.md, or `network` where the server was not reached */
  readonly code: string
  readonly message: string
  readonly detail?: string | undefined
  /** what to do */
  readonly hint?: string | undefined
  /** the input that is to blame */
  readonly field?: string | undefined
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

export const problemOf = ({ graphQLErrors, networkError, message }: CombinedError): Problem => {
  const [first] = graphQLErrors
  if (!first) return { code: networkError ? 'network' : 'unknown', message: networkError?.message ?? message }
  const { code, detail, hint, field } = first.extensions
  return { code: text(code) ?? 'unknown', message: first.message, detail: text(detail), hint: text(hint), field: text(field) }
}

/** Codes that end a session: nobody is let in with this token any more. */
const endings: ReadonlySet<string> = new Set(['WHNOA', 'WHTOK', 'WHEXP', 'WHCLM', 'WHAPK'])

export const endsSession = ({ code }: Problem): boolean => endings.has(code)
