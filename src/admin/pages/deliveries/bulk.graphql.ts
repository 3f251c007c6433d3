// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import { operation } from '../../api/operation.ts'

export type RecoverDeliveriesVariables = { readonly endpointId: string; readonly tenantId?: string | null | undefined; readonly since: string; readonly until?: string | null | undefined; readonly batch: number }
export type RecoverDeliveriesResult = {
  readonly recover: {
    readonly recovered: number
    readonly remaining: boolean
  } | null
}
export const RecoverDeliveries = operation<RecoverDeliveriesResult, RecoverDeliveriesVariables>(`mutation RecoverDeliveries($endpointId: UUID!, $tenantId: String, $since: Datetime!, $until: Datetime, $batch: Int!) {
  recover(
    endpointId: $endpointId
    tenantId: $tenantId
    since: $since
    until: $until
    batch: $batch
  ) {
    recovered
    remaining
  }
}`)

export type ReplayEventsVariables = { readonly endpointId: string; readonly tenantId?: string | null | undefined; readonly since: string; readonly until?: string | null | undefined; readonly types?: readonly (string)[] | null | undefined; readonly resumeAfter?: string | null | undefined; readonly batch: number }
export type ReplayEventsResult = {
  readonly replay: {
    readonly replayed: number
    readonly remaining: boolean
    readonly lastEvent: string | null
  } | null
}
export const ReplayEvents = operation<ReplayEventsResult, ReplayEventsVariables>(`mutation ReplayEvents($endpointId: UUID!, $tenantId: String, $since: Datetime!, $until: Datetime, $types: [String!], $resumeAfter: UUID, $batch: Int!) {
  replay(
    endpointId: $endpointId
    tenantId: $tenantId
    since: $since
    until: $until
    types: $types
    resumeAfter: $resumeAfter
    batch: $batch
  ) {
    replayed
    remaining
    lastEvent
  }
}`)

export type RecoverPreviewVariables = { readonly endpointId: string; readonly since: string; readonly until?: string | null | undefined }
export type RecoverPreviewResult = {
  readonly recoverPreview: {
    readonly deliveries: number
    readonly more: boolean
  } | null
}
export const RecoverPreview = operation<RecoverPreviewResult, RecoverPreviewVariables>(`query RecoverPreview($endpointId: UUID!, $since: Datetime!, $until: Datetime) {
  recoverPreview(endpointId: $endpointId, since: $since, until: $until) {
    deliveries
    more
  }
}`)

export type ReplayPreviewVariables = { readonly endpointId: string; readonly since: string; readonly until?: string | null | undefined; readonly types?: readonly (string)[] | null | undefined }
export type ReplayPreviewResult = {
  readonly replayPreview: {
    readonly deliveries: number
    readonly more: boolean
  } | null
}
export const ReplayPreview = operation<ReplayPreviewResult, ReplayPreviewVariables>(`query ReplayPreview($endpointId: UUID!, $since: Datetime!, $until: Datetime, $types: [String!]) {
  replayPreview(
    endpointId: $endpointId
    since: $since
    until: $until
    types: $types
  ) {
    deliveries
    more
  }
}`)
