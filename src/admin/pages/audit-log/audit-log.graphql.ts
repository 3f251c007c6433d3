// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { AuditEntryFilter } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'

export type AuditRow = {
  readonly __typename: 'AuditEntry'
  readonly id: string
  readonly tenantId: string | null
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly subject: string | null
  readonly subjectId: string | null
  readonly origin: string | null
}

export type AuditLogVariables = { readonly first: number; readonly after?: string | null | undefined; readonly filter?: AuditEntryFilter | null | undefined }
export type AuditLogResult = {
  readonly page: {
    readonly nodes: readonly (AuditRow)[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly endCursor: string | null
    }
  } | null
}
export const AuditLog = operation<AuditLogResult, AuditLogVariables>(`query AuditLog($first: Int!, $after: Cursor, $filter: AuditEntryFilter) {
  page: auditLog(
    first: $first
    after: $after
    filter: $filter
    orderBy: [ID_DESC]
  ) {
    nodes {
      ...AuditRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
fragment AuditRow on AuditEntry {
  __typename
  id
  tenantId
  at
  actor
  action
  subject
  subjectId
  origin
}`)

export type OneAuditEntryVariables = { readonly id: string }
export type OneAuditEntryResult = {
  readonly auditEntry: AuditRow & {
    readonly before: unknown
    readonly after: unknown
  } | null
}
export const OneAuditEntry = operation<OneAuditEntryResult, OneAuditEntryVariables>(`query OneAuditEntry($id: BigInt!) {
  auditEntry(id: $id) {
    ...AuditRow
    before
    after
  }
}
fragment AuditRow on AuditEntry {
  __typename
  id
  tenantId
  at
  actor
  action
  subject
  subjectId
  origin
}`)

export type AuditVerificationVariables = Record<string, never>
export type AuditVerificationResult = {
  readonly auditVerification: {
    readonly checked: number
    readonly broken: number
    readonly firstBroken: string | null
    readonly problem: string | null
    readonly waiting: number
    readonly since: string | null
    readonly head: string | null
  } | null
}
export const AuditVerification = operation<AuditVerificationResult, AuditVerificationVariables>(`query AuditVerification {
  auditVerification {
    checked
    broken
    firstBroken
    problem
    waiting
    since
    head
  }
}`)
