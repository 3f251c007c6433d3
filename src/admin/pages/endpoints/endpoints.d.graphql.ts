// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointFilter, IntervalInput } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'
import type { DeliveryRow } from '../deliveries/deliveries.graphql'

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
export declare const Endpoints: TypedDocumentNode<EndpointsResult, EndpointsVariables>

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
export declare const OneEndpoint: TypedDocumentNode<OneEndpointResult, OneEndpointVariables>

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
export declare const EndpointChart: TypedDocumentNode<EndpointChartResult, EndpointChartVariables>
