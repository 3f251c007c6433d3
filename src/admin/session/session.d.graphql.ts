// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { TypedDocumentNode } from 'urql'

export type WhoAmIVariables = Record<string, never>
export type WhoAmIResult = {
  readonly me: {
    readonly subject: string
    readonly role: string
    readonly tenantId: string | null
    readonly permissions: readonly (string)[]
    readonly expiresAt: string | null
  }
}
export declare const WhoAmI: TypedDocumentNode<WhoAmIResult, WhoAmIVariables>

export type TenantChoicesVariables = { readonly search?: string | null | undefined }
export type TenantChoicesResult = {
  readonly tenants: {
    readonly nodes: readonly ({
      readonly id: string
      readonly endpoints: number
      readonly sending: boolean
    })[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
    }
  } | null
}
export declare const TenantChoices: TypedDocumentNode<TenantChoicesResult, TenantChoicesVariables>
