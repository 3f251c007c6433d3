/** Sends one HTTP request under one deadline to an allowed address, and tells what came of it. */
import type { Socket } from 'node:net'
import { Agent } from 'undici'
import type { AddressPolicy } from '../core/address.ts'
import type { Outcome } from '../core/outcome.ts'
import { guardedConnector } from './connector.ts'
import { startExchange, stop, type Exchange, type InFlight } from './exchange.ts'
import { areValidHeaders, createTargets } from './request-check.ts'
import { createResolver, type Resolver } from './resolver.ts'

/** A request to make. */
export type OutboundRequest = {
  readonly url: string
  /** flat list `name, value, …`, or a record; never `host`, `content-length` or others that frame the request */
  readonly headers: readonly string[] | Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** for all of it: DNS, connect, TLS, headers, body */
  readonly timeoutMs: number
  /** default POST */
  readonly method?: 'POST' | 'GET' | 'PUT'
  /** stops the request with outcome `aborted`, unless the status is there already */
  readonly signal?: AbortSignal
}

export type Sender = {
  /** Never throws, never rejects, never outlives `timeoutMs`. Redirects are answers, not followed. */
  send(request: OutboundRequest): Promise<Exchange>
  /** Waits for what is under way, then closes every connection. What is sent afterwards is `aborted`. */
  close(): Promise<void>
}

export type SenderOptions = {
  readonly policy: AddressPolicy
  /** default: `createResolver()` */
  readonly resolver?: Resolver
  /** PEM texts that are trusted beside the usual roots */
  readonly trustedCertificates?: readonly string[]
}

const unreachable = (outcome: Omit<Outcome & { kind: 'unreachable' }, 'kind'>): Exchange => ({ outcome: { kind: 'unreachable', ...outcome }, durationMs: 0 })

/** One agent for one policy: a connection that is kept alive outlives the policy under which it was made. */
export const createSender = ({ policy, resolver = createResolver(), trustedCertificates }: SenderOptions): Sender => {
  const targetOf = createTargets(policy)
  const bySignal = new WeakMap<AbortSignal, Set<InFlight>>()
  let underWay = 0
  let isClosed = false
  let onIdle: (() => void) | undefined
  // undici connects synchronously inside dispatch, and gives a connecting client no second request: so the socket that
  // comes up meanwhile belongs to this one, and its deadline may end it.
  let dispatching: InFlight | undefined

  const agent = new Agent({
    connect: guardedConnector({ policy, resolver, trustedCertificates, onSocket: (socket: Socket) => void (dispatching && (dispatching.socket = socket)) }),
    // `connections` stays unset: with 2 or more undici 8 hangs an origin after an invalid request. Who calls bounds requests.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 16 * 1024,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 60_000,
    // So that a busy endpoint follows its DNS: as a connection idle for 4 s is closed, one lives for half an hour at most.
    // Not clientTtl, which asks the clock for each busy connection at each request (256 of them: 25 µs a request).
    maxRequestsPerClient: 500,
  })

  const onSettled = (inFlight: InFlight): void => {
    if (inFlight.signal !== undefined) bySignal.get(inFlight.signal)?.delete(inFlight)
    if (--underWay === 0) onIdle?.()
  }

  // One listener for a signal, however many requests share it.
  const watchSignal = (signal: AbortSignal, inFlight: InFlight): void => {
    const known = bySignal.get(signal)
    if (known !== undefined) {
      known.add(inFlight)
      return
    }
    const watched = new Set([inFlight])
    bySignal.set(signal, watched)
    signal.addEventListener('abort', () => [...watched].forEach((each) => stop(each, { kind: 'unreachable', reason: 'aborted' })), { once: true })
  }

  const send = (request: OutboundRequest): Promise<Exchange> => {
    const { url, body, timeoutMs, signal, method = 'POST' } = request
    if (isClosed || signal?.aborted) return Promise.resolve(unreachable({ reason: 'aborted' }))
    const { origin, path, secure, refused } = targetOf(url)
    if (refused !== undefined) return Promise.resolve(unreachable({ reason: 'blocked', code: refused, literal: true }))
    const headers = Array.isArray(request.headers) ? (request.headers as string[]) : Object.entries(request.headers).flat()
    if (!areValidHeaders(headers)) return Promise.resolve(unreachable({ reason: 'protocol', code: 'INVALID_HEADERS' }))

    return new Promise((resolve) => {
      underWay++
      const inFlight = startExchange({ resolve, onSettled, secure, signal }, timeoutMs)
      if (signal !== undefined) watchSignal(signal, inFlight)
      dispatching = inFlight
      try {
        agent.dispatch({ origin, path, method, headers, body }, inFlight)
      } catch (error) {
        inFlight.onResponseError(undefined as never, error as Error)
      } finally {
        dispatching = undefined
      }
    })
  }

  const close = async (): Promise<void> => {
    isClosed = true
    if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve))
    await agent.destroy()
  }

  return { send, close }
}
