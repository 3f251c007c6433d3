/** What every test that has a log ends with: no secret is in it. */

/** Generated secrets, and those that tests give header values, OAuth clients and receivers. */
const SECRET = /whsec_[A-Za-z0-9+/]{20,}|hunter\d|s3cret/

/** An error as the log of a process shows it: without the rows that PostgreSQL quotes in `detail`. */
const asLogged = (_name: string, value: unknown): unknown => (value instanceof Error ? { message: value.message, stack: value.stack, cause: value.cause } : value)

/**
 * Throws where a line has a secret in it.
 * @param lines as they were logged: what happened, with its facts
 */
export const assertNoSecret = (lines: readonly unknown[]): void => {
  for (const line of lines) {
    const text = typeof line === 'string' ? line : JSON.stringify(line, asLogged)
    if (SECRET.test(text)) throw new Error(`A secret was logged: ${text}`)
  }
}
