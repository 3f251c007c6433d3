/** Watching by subscription, with what a subscription does not tell: what happened before the server had begun to watch, and while the connection was away. */
import type { AnyVariables, Client, TypedDocumentNode } from 'urql'
import { connection } from './connection.ts'

/** So much later it is looked again: the server looks four times a second, or less often where much is watched. */
const AGAIN_MS = [500, 2_000, 6_000]

/**
 * @param onNews told of each change; without data, when something may have happened that is not told
 * @returns what ends it
 */
export const watch = <Data, Variables extends AnyVariables>(
  client: Client,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  onNews: (data: Data | undefined) => void,
): (() => void) => {
  let timers: ReturnType<typeof setTimeout>[] = []
  const forget = () => {
    for (const timer of timers) clearTimeout(timer)
    timers = []
  }
  const lookAgain = () => {
    forget()
    timers = AGAIN_MS.map((ms) => setTimeout(() => onNews(undefined), ms))
  }
  const stopWanting = connection.want(lookAgain)
  lookAgain()
  const watching = client.subscription(document, variables).subscribe(({ data }) => {
    if (data) onNews(data)
  })
  return () => {
    watching.unsubscribe()
    stopWanting()
    forget()
  }
}
