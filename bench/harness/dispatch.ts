/** The cheapest signed POST that one can make with undici: what peers send with, and the physical limit by itself. */
import { Agent, type Dispatcher } from 'undici'
import { signedHeaders } from './message.ts'

const agent = new Agent()

const handler = (resolve: (status: number) => void, reject: (error: Error) => void): Dispatcher.DispatchHandler => {
  let status = 0
  return {
    onRequestStart: () => undefined,
    onResponseStart: (_, code) => {
      status = code
    },
    onResponseData: () => undefined,
    onResponseEnd: () => {
      if (status < 300) resolve(status)
      else reject(new Error(`answered ${status}`))
    },
    onResponseError: (_, error) => reject(error),
  }
}

/** Signs and posts. @throws Error unless the answer is 2xx */
export const post = (origin: string, path: string, body: string): Promise<number> =>
  new Promise((resolve, reject) => {
    agent.dispatch({ origin, path, method: 'POST', headers: signedHeaders(body), body }, handler(resolve, reject))
  })

export const closeAgent = (): Promise<void> => agent.close()
