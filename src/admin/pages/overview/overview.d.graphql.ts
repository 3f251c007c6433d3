// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointFilter, IntervalInput } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'
import type { EndpointState } from '../endpoints/endpoints.graphql'

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
export declare const Overview: TypedDocumentNode<OverviewResult, OverviewVariables>

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
export declare const OverviewEndpoints: TypedDocumentNode<OverviewEndpointsResult, OverviewEndpointsVariables>

export type OpenAlertsVariables = Record<string, never>
export type OpenAlertsResult = {
  readonly alerts: {
    readonly nodes: readonly ({
      readonly id: string
      readonly kind: string
      readonly summary: string
      readonly firedAt: string
      readonly acknowledgedAt: string | null
      readonly acknowledgedBy: string | null
      readonly resolvedAt: string | null
    })[]
  } | null
}
export declare const OpenAlerts: TypedDocumentNode<OpenAlertsResult, OpenAlertsVariables>
