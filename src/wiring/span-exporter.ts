/** Exports attempts as spans of OpenTelemetry by OTLP/HTTP. Loaded only where an endpoint is configured: it costs 20 MB on disk and some of memory. */
import { SpanKind, SpanStatusCode, type Attributes, type HrTime } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { hostname } from 'node:os'
import { packageVersion } from '../config/package.ts'
import { isSampled } from '../core/traceparent.ts'
import type { AttemptSpan } from '../delivery/spans.ts'

export type SpanExporter = {
  /** queued, and sent in batches; beyond 8,192 that wait they are dropped, since no delivery waits for them */
  readonly onSpan: (span: AttemptSpan) => void
  /** sends what waits, for so long at most; never rejects */
  readonly stop: () => Promise<void>
}

const MOST_WAITING = 8_192
const BATCH = 512
const DELAY_MS = 1_000
const LAST_MS = 2_000

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1_000_000)]

const attributesOf = ({ due, host, status, error, startedAtMs }: AttemptSpan): Attributes => ({
  'http.request.method': 'POST',
  'server.address': host,
  ...(status === null ? {} : { 'http.response.status_code': status }),
  ...(error === null ? {} : { 'error.type': status === null ? error : String(status) }),
  'rowhook.delivery_id': due.id,
  'rowhook.event_id': due.eventId,
  'rowhook.event_type': due.eventType,
  'rowhook.endpoint_id': due.endpointId,
  'rowhook.tenant_id': due.tenantId,
  'rowhook.attempt': due.attempts + 1,
  'rowhook.waited_ms': Math.max(0, Math.round(startedAtMs - due.occurredAtMs)),
})

/** @param endpoint base URL of the collector, such as `http://localhost:4318`; `/v1/traces` is added */
export const createSpanExporter = (endpoint: string): SpanExporter => {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: LAST_MS })
  const batches = new BatchSpanProcessor({ exporter, maxQueueSize: MOST_WAITING, maxExportBatchSize: BATCH, scheduledDelayMillis: DELAY_MS })
  const resource = resourceFromAttributes({ 'service.name': 'rowhook', 'service.version': packageVersion, 'host.name': hostname(), 'process.pid': process.pid })
  const instrumentationScope = { name: 'rowhook', version: packageVersion }

  const asSpan = (span: AttemptSpan): ReadableSpan => {
    const { traceId, spanId: parentId } = span.parent
    const traceFlags = isSampled(span.parent) ? 1 : 0
    return {
      name: `deliver ${span.due.eventType}`,
      kind: SpanKind.CLIENT,
      spanContext: () => ({ traceId, spanId: span.spanId, traceFlags }),
      parentSpanContext: { traceId, spanId: parentId, traceFlags, isRemote: true },
      startTime: hrTime(span.startedAtMs),
      endTime: hrTime(span.startedAtMs + span.durationMs),
      duration: hrTime(span.durationMs),
      ended: true,
      status: span.error === null ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: span.error },
      attributes: attributesOf(span),
      links: [],
      events: [],
      resource,
      instrumentationScope,
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }
  }

  return {
    onSpan: (span) => batches.onEnd(asSpan(span)), // what is not sampled, it leaves out
    stop: async () => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((done) => (timer = setTimeout(done, LAST_MS)))
      await Promise.race([batches.shutdown().catch(() => undefined), late])
      clearTimeout(timer)
    },
  }
}
