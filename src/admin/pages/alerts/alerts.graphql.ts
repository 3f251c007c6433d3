// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { AlertFilter } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'

export type AlertRow = {
  readonly __typename: 'Alert'
  readonly id: string
  readonly kind: string
  readonly subject: string
  readonly summary: string
  readonly firedAt: string
  readonly notifiedAt: string | null
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
export const Alerts = operation<AlertsResult, AlertsVariables>(`query Alerts($first: Int!, $after: Cursor, $filter: AlertFilter) {
  page: alerts(first: $first, after: $after, filter: $filter, orderBy: [ID_DESC]) {
    nodes {
      ...AlertRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
fragment AlertRow on Alert {
  __typename
  id
  kind
  subject
  summary
  firedAt
  notifiedAt
  resolvedAt
}`)

export type OneAlertVariables = { readonly id: string }
export type OneAlertResult = {
  readonly alert: AlertRow & {
    readonly details: unknown
  } | null
}
export const OneAlert = operation<OneAlertResult, OneAlertVariables>(`query OneAlert($id: UUID!) {
  alert(id: $id) {
    ...AlertRow
    details
  }
}
fragment AlertRow on Alert {
  __typename
  id
  kind
  subject
  summary
  firedAt
  notifiedAt
  resolvedAt
}`)
