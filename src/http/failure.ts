/** Maps what undici, Node, OpenSSL and DNS throw to the closed set of reasons; nothing else of an error leaves this folder. */
import type { Outcome, UnreachableReason } from '../core/outcome.ts'
import { BLOCKED, UNRESOLVED } from './connector.ts'

/** How far a request had come when it failed. */
export type Phase = 'connecting' | 'sent'

const CONNECT = new Set([
  'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT', 'EADDRNOTAVAIL', 'EACCES', 'EPERM', 'EINVAL',
  'EMFILE', 'ENFILE', 'ENOBUFS', 'UND_ERR_CONNECT_TIMEOUT',
])
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED'])
const TLS = /^(ERR_SSL|ERR_TLS|ERR_OSSL|CERT_|CRL_|UNABLE_TO_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/
// Names of errors, not their texts: those bear addresses, ports and certificates.
const CODE = /^[A-Z][A-Z0-9_]{2,60}$/

const codeOf = (error: unknown): string | undefined => {
  const code = error !== null && typeof error === 'object' && 'code' in error ? error.code : undefined
  return typeof code === 'string' && CODE.test(code) ? code : undefined
}

const reasonOf = (code: string | undefined, error: unknown, phase: Phase, secure: boolean): UnreachableReason => {
  if (code === undefined) return 'protocol'
  if (TLS.test(code)) return 'tls'
  if (CONNECT.has(code)) return 'connect'
  if (!RESET.has(code)) return 'protocol'
  if (phase === 'connecting') return secure ? 'tls' : 'connect'
  // undici says UND_ERR_SOCKET both for a connection that ended and for an answer out of turn (100, 101, before the request).
  return error instanceof Error && error.message.startsWith('bad ') ? 'protocol' : 'reset'
}

/** @param secure whether the request goes by https */
export const failureOutcome = (error: unknown, phase: Phase, secure: boolean): Outcome & { kind: 'unreachable' } => {
  const code = codeOf(error)
  if (code === BLOCKED) return { kind: 'unreachable', reason: 'blocked' }
  if (code === UNRESOLVED) return outcome('dns', codeOf((error as Error).cause))
  return outcome(reasonOf(code, error, phase, secure), code)
}

const outcome = (reason: UnreachableReason, code: string | undefined): Outcome & { kind: 'unreachable' } =>
  code === undefined ? { kind: 'unreachable', reason } : { kind: 'unreachable', reason, code }
