// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { AlertFilter } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

export type AlertRow = {
  readonly __typename: 'Alert'
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly summary: string
  readonly firedAt: string
  readonly notifiedAt: string | null
  readonly acknowledgedAt: string | null
  readonly acknowledgedBy: string | null
  readonly acknowledgement: string | null
  readonly resolvedAt: string | null
}

export type AlertsVariables = { readonly first: number; readonly after?: string | null | undefined; readonly filter?: AlertFilter | null | undefined }
export type AlertsResult = {
  readonly page: {
    readonly nodes: readonly (AlertRow)[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly endCursor: string | null
    }
  } | null
}
export declare const Alerts: TypedDocumentNode<AlertsResult, AlertsVariables>

export type OneAlertVariables = { readonly id: string }
export type OneAlertResult = {
  readonly alert: AlertRow & {
    readonly details: unknown
  } | null
}
export declare const OneAlert: TypedDocumentNode<OneAlertResult, OneAlertVariables>

export type AcknowledgeAlertVariables = { readonly id: string; readonly note?: string | null | undefined }
export type AcknowledgeAlertResult = {
  readonly acknowledgeAlert: {
    readonly alert: AlertRow | null
  } | null
}
export declare const AcknowledgeAlert: TypedDocumentNode<AcknowledgeAlertResult, AcknowledgeAlertVariables>
