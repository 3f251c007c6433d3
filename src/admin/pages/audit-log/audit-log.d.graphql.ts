// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { AuditEntryFilter } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

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
export declare const AuditLog: TypedDocumentNode<AuditLogResult, AuditLogVariables>

export type OneAuditEntryVariables = { readonly id: string }
export type OneAuditEntryResult = {
  readonly auditEntry: AuditRow & {
    readonly before: unknown
    readonly after: unknown
  } | null
}
export declare const OneAuditEntry: TypedDocumentNode<OneAuditEntryResult, OneAuditEntryVariables>

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
export declare const AuditVerification: TypedDocumentNode<AuditVerificationResult, AuditVerificationVariables>
