/**
 * Remembers the latest answers, so that whoever goes back sees at once what was there. Only so many, because pages stay open for
 * days; and what a subscription tells asks nothing anew by itself: pages do, at their own pace.
 */
import { type Exchange, makeOperation, type Operation, type OperationResult } from 'urql'
import { filter, map, merge, pipe, share, tap } from 'wonka'

/** Some have the payload of an event in them, a megabyte at the most. */
const MOST = 50

export const recentExchange: Exchange = ({ client, forward }) => {
  const recent = new Map<number, OperationResult>()
  const isKnown = ({ kind, key, context: { requestPolicy } }: Operation) => kind === 'query' && requestPolicy !== 'network-only' && recent.has(key)
  /** Of those that somebody still looks at; the client drops the others. */
  const askAgain = (operation: Operation) => client.reexecuteOperation(makeOperation(operation.kind, operation, { ...operation.context, requestPolicy: 'network-only' }))

  const keep = (result: OperationResult): void => {
    const { operation: { kind, key }, data, error } = result
    if (kind === 'query' && data !== undefined && !error) {
      recent.delete(key)
      recent.set(key, result)
      for (const oldest of recent.keys()) if (recent.size > MOST) recent.delete(oldest)
    }
    if (kind !== 'mutation') return
    // Whatever was known may be otherwise now.
    const before = [...recent.values()]
    recent.clear()
    for (const { operation } of before) askAgain(operation)
  }

  return (operations) => {
    const shared = share(operations)
    const known = pipe(
      shared,
      filter(isKnown),
      map((operation) => {
        const isStale = operation.context.requestPolicy === 'cache-and-network'
        if (isStale) askAgain(operation)
        return { ...recent.get(operation.key)!, operation, stale: isStale }
      }),
    )
    const asked = pipe(shared, filter((operation) => !isKnown(operation)), forward, tap(keep))
    return merge([known, asked])
  }
}
