/** Which statements the process sends to PostgreSQL while something runs. */
import pg from 'pg'

/** What begins and ends a transaction, and what sets who asks: not work of a request's own. */
const FRAME = /^(begin|commit|rollback|select set_config|\/\* *set|set local)/i

/** `name`: it is prepared under this name. */
export type Statement = { readonly text: string; readonly name: string | undefined }

/** Runs `work` and gives what it gave, with the statements that went over any connection meanwhile, frames of transactions left out. */
export const countStatements = async <T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly statements: readonly Statement[] }> => {
  const statements: Statement[] = []
  const prototype = pg.Client.prototype as unknown as { query: (...given: readonly unknown[]) => unknown }
  const { query } = prototype
  prototype.query = function (this: unknown, ...given) {
    const [config] = given
    const { text = '', name } = typeof config === 'string' ? { text: config } : (config as { text?: string; name?: string })
    if (!FRAME.test(text.trim())) statements.push({ text, name })
    return query.apply(this, [...given])
  }
  try {
    return { result: await work(), statements }
  } finally {
    prototype.query = query
  }
}
