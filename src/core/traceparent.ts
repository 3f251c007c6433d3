/** The header `traceparent` of W3C Trace Context: which trace a request belongs to, and which span it comes from. */

export type TraceParent = {
  /** 32 hexadecimal digits */
  readonly traceId: string
  /** the span that it comes from, 16 hexadecimal digits */
  readonly spanId: string
  /** the two hexadecimal digits of its flags; 01 = sampled */
  readonly flags: string
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Reads what an application has set. What is no traceparent is as good as none: it must never keep anything from being delivered.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export const parseTraceParent = (text: string | null): TraceParent | undefined => {
  const [, version, traceId = '', spanId = '', flags = '', more] = FORM.exec(text ?? '') ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, flags }
}

/** Whether whoever began the trace wants it recorded. */
export const isSampled = ({ flags }: TraceParent): boolean => (Number.parseInt(flags, 16) & 1) === 1

/** The header for a request that is made in span `spanId`; of the flags version 00 knows `sampled` alone. */
export const traceParentHeader = (parent: TraceParent, spanId: string): string => `00-${parent.traceId}-${spanId}-${isSampled(parent) ? '01' : '00'}`
