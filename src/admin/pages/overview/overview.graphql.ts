// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointFilter, IntervalInput } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'
import type { EndpointState } from '../endpoints/endpoints.graphql.ts'

export type OverviewVariables = { readonly tenantId?: string | null | undefined; readonly interval?: IntervalInput | null | undefined; readonly bucket?: IntervalInput | null | undefined }
export type OverviewResult = {
  readonly tenantStats: {
    readonly deliveries: number
    readonly succeeded: number
    readonly failed: number
    readonly successRate: number | null
    readonly p50Ms: number | null
    readonly p95Ms: number | null
    readonly estimated: boolean
    readonly backlog: number
    readonly due: number
    readonly deadLetters: number
    readonly endpoints: number
    readonly failingEndpoints: number
    readonly buckets: readonly ({
      readonly at: string
      readonly deliveries: number
      readonly succeeded: number
      readonly failed: number
      readonly open: number
      readonly retried: number
      readonly p50Ms: number | null
      readonly p95Ms: number | null
      readonly estimated: boolean
    })[]
  } | null
}
export const Overview = operation<OverviewResult, OverviewVariables>(`query Overview($tenantId: String, $interval: IntervalInput, $bucket: IntervalInput) {
  tenantStats(tenantId: $tenantId, interval: $interval, bucket: $bucket) {
    deliveries
    succeeded
    failed
    successRate
    p50Ms
    p95Ms
    estimated
    backlog
    due
    deadLetters
    endpoints
    failingEndpoints
    buckets {
      at
      deliveries
      succeeded
      failed
      open
      retried
      p50Ms
      p95Ms
      estimated
    }
  }
}`)

export type OverviewEndpointsVariables = { readonly filter?: EndpointFilter | null | undefined }
export type OverviewEndpointsResult = {
  readonly endpoints: {
    readonly nodes: readonly (EndpointState & {
      readonly sparkline: readonly ({
        readonly at: string
        readonly deliveries: number
        readonly succeeded: number
        readonly failed: number
        readonly open: number
      })[]
    })[]
  } | null
}
export const OverviewEndpoints = operation<OverviewEndpointsResult, OverviewEndpointsVariables>(`query OverviewEndpoints($filter: EndpointFilter) {
  endpoints(first: 100, filter: $filter) {
    nodes {
      ...EndpointState
      sparkline {
        at
        deliveries
        succeeded
        failed
        open
      }
    }
  }
}
fragment EndpointState on Endpoint {
  __typename
  id
  tenantId
  name
  url
  isActive
  pausedAt
  disabledReason
  deletedAt
  figures {
    lastDeliveryAt
    lastSuccessAt
    lastFailureAt
    consecutiveFailures
  }
  health {
    state
    reason
    heldUntil
    rateUsedUntil
    backlog
    due
    oldestDueAt
    deadLetters
    failingSince
    credentialsRefusedAt
    oldSecretUntil
  }
}`)

export type OpenAlertsVariables = Record<string, never>
export type OpenAlertsResult = {
  readonly alerts: {
    readonly nodes: readonly ({
      readonly id: string
      readonly kind: string
      readonly summary: string
      readonly firedAt: string
    })[]
  } | null
}
export const OpenAlerts = operation<OpenAlertsResult, OpenAlertsVariables>(`query OpenAlerts {
  alerts(first: 5, filter: {resolvedAt: {isNull: true}}, orderBy: [ID_DESC]) {
    nodes {
      id
      kind
      summary
      firedAt
    }
  }
}`)
