/** What an attempt tells of itself in a trace, where the application gave one. */
import { randomBytes } from 'node:crypto'
import { parseTraceParent, type TraceParent } from '../core/traceparent.ts'
import type { DueDelivery } from '../database/pages.ts'

/** One attempt, for whoever exports traces. */
export type AttemptSpan = {
  readonly parent: TraceParent
  /** 16 hexadecimal digits */
  readonly spanId: string
  readonly due: DueDelivery
  /** origin and no more: paths and queries may hold secrets */
  readonly host: string
  readonly startedAtMs: number
  readonly durationMs: number
  /** null = no answer came */
  readonly status: number | null
  /** null = accepted */
  readonly error: string | null
}

/** The span of an attempt that is about to be made; none without a traceparent. */
export const beginSpan = ({ traceparent }: DueDelivery): { readonly parent: TraceParent; readonly spanId: string } | undefined => {
  const parent = parseTraceParent(traceparent)
  return parent && { parent, spanId: randomBytes(8).toString('hex') }
}
