/** The way to the server: GraphQL over HTTP, and over one WebSocket for what is watched. */
import { createClient as createSocket } from 'graphql-ws'
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql'
import { connection } from './connection.ts'
import { apiUrl } from './place.ts'
import { endsSession, problemOf, type Problem } from './problem.ts'
import { recentExchange } from './recent.ts'

/** graphql-ws closes with it when the token or key has ended. */
const FORBIDDEN = 4403

export type Api = { readonly client: Client; readonly close: () => void }

/** @param onEnd told once the server lets this token in no more */
export const createApi = (token: string, onEnd: (problem: Problem) => void): Api => {
  const socket = createSocket({
    url: apiUrl.replace(/^http/, 'ws'),
    lazy: true,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (event) => (event as CloseEvent).code !== FORBIDDEN,
    on: {
      connected: connection.opened,
      closed: (event) => {
        const { code, reason } = event as CloseEvent
        connection.closed()
        if (code === FORBIDDEN) onEnd({ code: 'WHEXP', message: reason })
      },
    },
  })
  const client = new Client({
    url: apiUrl,
    preferGetMethod: false,
    fetchOptions: { headers: { authorization: `Bearer ${token}` }, credentials: 'omit', referrerPolicy: 'no-referrer' },
    exchanges: [
      mapExchange({
        onError: (error) => {
          const problem = problemOf(error)
          if (endsSession(problem)) onEnd(problem)
        },
      }),
      recentExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink as never) }),
        }),
      }),
    ],
  })
  return { client, close: () => void socket.dispose() }
}
