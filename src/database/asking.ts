/**
 * Statements whose answer has to come in time. pg has a deadline of its own (`query_timeout`), and promises; but with either it sets the function
 * that ends a statement as a property of it, and V8 makes functions that are assigned to a property in the old generation. There it
 * keeps its statement, and every row that was read, until a full collection. A function that is handed on dies young, and they with it.
 */
import pg from 'pg'

type OnAnswer = (error: Error | null | undefined, result?: pg.QueryResult) => void
type Query = (...args: readonly unknown[]) => unknown

const NO_ANSWER = 'Query read timeout'

/** pg's own; looked up each time, because tests that count statements replace it. */
const ask = (client: pg.ClientBase, args: readonly unknown[]): unknown => (pg.Client as unknown as { readonly prototype: { readonly query: Query } }).prototype.query.call(client, ...args)

const askWithin = (client: pg.ClientBase, args: readonly unknown[], answerMs: number | undefined, onAnswer: OnAnswer): void => {
  let timer: NodeJS.Timeout | undefined
  let isOver = false
  const onEnd: OnAnswer = (error, result) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    onAnswer(error, result)
  }
  ask(client, [...args, onEnd])
  if (answerMs !== undefined) timer = setTimeout(() => onEnd(new Error(NO_ANSWER)), answerMs)
}

/**
 * Runs a statement, given in any of pg's forms but the one with a callback.
 * @param answerMs a connection that has said nothing by then is ended: who has it next would wait for the same answer. No limit by default
 * @throws the database's error, or that there was no answer
 */
export const query = (client: pg.ClientBase, args: readonly unknown[], answerMs?: number): Promise<pg.QueryResult> =>
  new Promise<pg.QueryResult>((resolve, reject) => {
    askWithin(client, args, answerMs, (error, result) => (error ? reject(error) : resolve(result!)))
  }).catch((error: Error) => {
    if (error.message === NO_ANSWER) void (client as pg.Client).end()
    Error.captureStackTrace(error) // as pg does: who asked, and not the socket that answered
    throw error
  })

/** Has every statement of a pool's client asked in this way. One may bring another deadline, which is then pg's (unhurried.ts). */
export const askInTime = (client: pg.PoolClient, answerMs: number | undefined): void => {
  const asking: Query = (...args) => {
    const [statement] = args as unknown as [{ readonly submit?: unknown; readonly query_timeout?: number } | string]
    const onAnswer = args.at(-1)
    if (typeof statement !== 'string' && typeof statement.submit === 'function') return ask(client, args)
    const isOwn = typeof statement !== 'string' && statement.query_timeout !== undefined
    if (typeof onAnswer !== 'function') return query(client, args, isOwn ? undefined : answerMs)
    // The pool's own, which closes a connection after any error.
    return askWithin(client, args.slice(0, -1), answerMs, onAnswer as OnAnswer)
  }
  client.query = asking as typeof client.query
}

/** Has the statements of one connection go one after the other, whoever asks: pg itself queues only with a warning, and from version 9 on not at all. */
export const oneByOne = <Args extends readonly unknown[], Answer>(asking: (...args: Args) => Promise<Answer>): ((...args: Args) => Promise<Answer>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const answer = last.then(() => asking(...args))
    last = answer.catch(() => undefined)
    return answer
  }
}
