/** The one error class of Rowhook: what happened, why, what to do, and a stable code. */

/** What a `RowhookError` is made of. `code` has a line in docs/errors.md. */
export type RowhookErrorFields = {
  /** stable, never reused, e.g. `WHURL`; errors that SQL raises bear theirs as SQLSTATE */
  readonly code: string
  /** what happened, one sentence */
  readonly message: string
  /** why it is refused, or the facts behind it */
  readonly detail?: string | undefined
  /** what to do about it */
  readonly hint?: string | undefined
  readonly cause?: unknown
}

/** Something that somebody can act upon. Expected trouble on the wire is an `Outcome`, not an error. */
export class RowhookError extends Error {
  readonly code: string
  readonly detail: string | undefined
  readonly hint: string | undefined

  constructor({ code, message, detail, hint, cause }: RowhookErrorFields) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'RowhookError'
    this.code = code
    this.detail = detail
    this.hint = hint
  }
}

/** Message, detail, hint and code in the order in which psql prints them, for a terminal or a log line. */
export const describeError = ({ code, message, detail, hint }: RowhookErrorFields): string =>
  [message, detail && `Detail: ${detail}`, hint && `Hint: ${hint}`, `Code: ${code}`].filter(Boolean).join('\n')
