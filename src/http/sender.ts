/** Sends one HTTP request under one deadline to an allowed address, and tells what came of it. */
import type { AddressPolicy } from '../core/address.ts'
import type { Outcome } from '../core/outcome.ts'
import { createConnections } from './connections.ts'
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
  /**
   * The same, and calls back once: in the turn in which the answer ends, so that the next request may take its connection at once, or
   * before it returns where nothing is sent.
   */
  start(request: OutboundRequest, onEnd: (exchange: Exchange) => void): void
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

/**
 * The last one takes its place. A set would outgrow its table every few requests, and each table of V8 that is outgrown points to the next: one of them
 * in the old generation keeps all that follow, and with them the requests that were under way, until that is collected.
 */
const leave = (watched: InFlight[], inFlight: InFlight): void => {
  const last = watched.pop()!
  if (last === inFlight) return
  watched[inFlight.place] = last
  last.place = inFlight.place
}

/** One sender for one policy: a connection that is kept alive outlives the policy under which it was made. */
export const createSender = ({ policy, resolver = createResolver(), trustedCertificates }: SenderOptions): Sender => {
  const targetOf = createTargets(policy)
  const bySignal = new WeakMap<AbortSignal, InFlight[]>()
  let underWay = 0
  let isClosed = false
  let onIdle: (() => void) | undefined
  const connections = createConnections(guardedConnector({ policy, resolver, trustedCertificates }))

  const onSettled = (inFlight: InFlight, isWhole: boolean): void => {
    if (isWhole) connections.giveBack(inFlight.connection)
    else connections.drop(inFlight.connection)
    if (inFlight.signal !== undefined) leave(bySignal.get(inFlight.signal)!, inFlight)
    if (--underWay === 0) onIdle?.()
  }

  // One listener for a signal, however many requests share it.
  const watchSignal = (signal: AbortSignal, inFlight: InFlight): void => {
    const known = bySignal.get(signal)
    if (known !== undefined) {
      inFlight.place = known.push(inFlight) - 1
      return
    }
    const watched = [inFlight]
    inFlight.place = 0
    bySignal.set(signal, watched)
    signal.addEventListener('abort', () => [...watched].forEach((each) => stop(each, { kind: 'unreachable', reason: 'aborted' })), { once: true })
  }

  const start = (request: OutboundRequest, onEnd: (exchange: Exchange) => void): void => {
    const { url, body, timeoutMs, signal, method = 'POST' } = request
    if (isClosed || signal?.aborted) return onEnd(unreachable({ reason: 'aborted' }))
    const { origin, path, secure, refused } = targetOf(url)
    if (refused !== undefined) return onEnd(unreachable({ reason: 'blocked', code: refused, literal: true }))
    const headers = Array.isArray(request.headers) ? (request.headers as string[]) : Object.entries(request.headers).flat()
    if (!areValidHeaders(headers)) return onEnd(unreachable({ reason: 'protocol', code: 'INVALID_HEADERS' }))

    underWay++
    const connection = connections.take(origin)
    const inFlight = startExchange({ onEnd, onSettled, connection, secure, signal }, timeoutMs)
    if (signal !== undefined) watchSignal(signal, inFlight)
    connection.client.dispatch({ path, method, headers, body }, inFlight)
  }

  const send = (request: OutboundRequest): Promise<Exchange> => new Promise((resolve) => start(request, resolve))

  const close = async (): Promise<void> => {
    isClosed = true
    if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve))
    await connections.close()
  }

  return { start, send, close }
}
