// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointFilter, IntervalInput } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'
import type { DeliveryRow } from '../deliveries/deliveries.graphql.ts'

export type EndpointState = {
  readonly __typename: 'Endpoint'
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly url: string
  readonly isActive: boolean
  readonly pausedAt: string | null
  readonly disabledReason: string | null
  readonly deletedAt: string | null
  readonly figures: {
    readonly lastDeliveryAt: string | null
    readonly lastSuccessAt: string | null
    readonly lastFailureAt: string | null
    readonly consecutiveFailures: string
  } | null
  readonly health: {
    readonly state: string | null
    readonly reason: string | null
    readonly heldUntil: string | null
    readonly rateUsedUntil: string | null
    readonly backlog: number | null
    readonly due: number | null
    readonly oldestDueAt: string | null
    readonly deadLetters: number | null
    readonly failingSince: string | null
    readonly credentialsRefusedAt: string | null
    readonly oldSecretUntil: string | null
  } | null
}

export type EndpointRow = EndpointState & {
  readonly description: string
  readonly events: readonly (string | null)[]
  readonly filter: string | null
  readonly sparkline: readonly ({
    readonly at: string
    readonly deliveries: number
    readonly succeeded: number
    readonly failed: number
    readonly open: number
  })[]
}

export type EndpointsVariables = { readonly first: number; readonly after?: string | null | undefined; readonly filter?: EndpointFilter | null | undefined }
export type EndpointsResult = {
  readonly page: {
    readonly nodes: readonly (EndpointRow)[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly endCursor: string | null
    }
  } | null
}
export const Endpoints = operation<EndpointsResult, EndpointsVariables>(`query Endpoints($first: Int!, $after: Cursor, $filter: EndpointFilter) {
  page: endpoints(
    first: $first
    after: $after
    filter: $filter
    orderBy: [ID_DESC]
  ) {
    nodes {
      ...EndpointRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
fragment EndpointRow on Endpoint {
  ...EndpointState
  description
  events
  filter
  sparkline {
    at
    deliveries
    succeeded
    failed
    open
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

export type OneEndpointVariables = { readonly id: string }
export type OneEndpointResult = {
  readonly endpoint: EndpointState & {
    readonly description: string
    readonly events: readonly (string | null)[]
    readonly filter: string | null
    readonly headerNames: readonly (string | null)[]
    readonly rateLimit: number | null
    readonly maxAttempts: number
    readonly retrySchedule: readonly ({
      readonly months: number | null
      readonly days: number | null
      readonly hours: number | null
      readonly minutes: number | null
      readonly seconds: number | null
    })[]
    readonly noRetryCodes: readonly (number | null)[]
    readonly timeoutMs: number
    readonly maxInFlight: number
    readonly ordering: string
    readonly payloadFormat: string
    readonly signatureProfile: string
    readonly auth: unknown
    readonly createdBy: string
    readonly createdAt: string
    readonly updatedAt: string
    readonly deliveries: {
      readonly nodes: readonly (DeliveryRow)[]
    }
  } | null
}
export const OneEndpoint = operation<OneEndpointResult, OneEndpointVariables>(`query OneEndpoint($id: UUID!) {
  endpoint(id: $id) {
    ...EndpointState
    description
    events
    filter
    headerNames
    rateLimit
    maxAttempts
    retrySchedule {
      months
      days
      hours
      minutes
      seconds
    }
    noRetryCodes
    timeoutMs
    maxInFlight
    ordering
    payloadFormat
    signatureProfile
    auth
    createdBy
    createdAt
    updatedAt
    deliveries(first: 8) {
      nodes {
        ...DeliveryRow
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
}
fragment DeliveryRow on Delivery {
  __typename
  id
  tenantId
  eventType
  resourceType
  resourceId
  status
  attemptCount
  maxAttempts
  nextRetryAt
  responseCode
  responseTimeMs
  lastError
  createdAt
  finishedAt
  endpointId
  endpoint {
    id
    name
    url
  }
}`)

export type EndpointChartVariables = { readonly id: string; readonly interval: IntervalInput; readonly bucket: IntervalInput }
export type EndpointChartResult = {
  readonly endpointStats: readonly ({
    readonly at: string
    readonly deliveries: number
    readonly succeeded: number
    readonly failed: number
    readonly retried: number
    readonly open: number
    readonly p50Ms: number | null
    readonly p95Ms: number | null
    readonly estimated: boolean
  })[] | null
}
export const EndpointChart = operation<EndpointChartResult, EndpointChartVariables>(`query EndpointChart($id: UUID!, $interval: IntervalInput!, $bucket: IntervalInput!) {
  endpointStats(endpointId: $id, interval: $interval, bucket: $bucket) {
    at
    deliveries
    succeeded
    failed
    retried
    open
    p50Ms
    p95Ms
    estimated
  }
}`)
