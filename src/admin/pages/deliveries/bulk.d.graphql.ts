// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { TypedDocumentNode } from 'urql'

export type RecoverDeliveriesVariables = { readonly endpointId: string; readonly tenantId?: string | null | undefined; readonly since: string; readonly until?: string | null | undefined; readonly batch: number }
export type RecoverDeliveriesResult = {
  readonly recover: {
    readonly recovered: number
    readonly remaining: boolean
  } | null
}
export declare const RecoverDeliveries: TypedDocumentNode<RecoverDeliveriesResult, RecoverDeliveriesVariables>

export type ReplayEventsVariables = { readonly endpointId: string; readonly tenantId?: string | null | undefined; readonly since: string; readonly until?: string | null | undefined; readonly types?: readonly (string)[] | null | undefined; readonly resumeAfter?: string | null | undefined; readonly batch: number }
export type ReplayEventsResult = {
  readonly replay: {
    readonly replayed: number
    readonly remaining: boolean
    readonly lastEvent: string | null
  } | null
}
export declare const ReplayEvents: TypedDocumentNode<ReplayEventsResult, ReplayEventsVariables>

export type RecoverPreviewVariables = { readonly endpointId: string; readonly since: string; readonly until?: string | null | undefined }
export type RecoverPreviewResult = {
  readonly recoverPreview: {
    readonly deliveries: number
    readonly more: boolean
  } | null
}
export declare const RecoverPreview: TypedDocumentNode<RecoverPreviewResult, RecoverPreviewVariables>

export type ReplayPreviewVariables = { readonly endpointId: string; readonly since: string; readonly until?: string | null | undefined; readonly types?: readonly (string)[] | null | undefined }
export type ReplayPreviewResult = {
  readonly replayPreview: {
    readonly deliveries: number
    readonly more: boolean
  } | null
}
export declare const ReplayPreview: TypedDocumentNode<ReplayPreviewResult, ReplayPreviewVariables>
