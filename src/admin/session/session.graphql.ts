// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import { operation } from '../api/operation.ts'

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
export const WhoAmI = operation<WhoAmIResult, WhoAmIVariables>(`query WhoAmI {
  me {
    subject
    role
    tenantId
    permissions
    expiresAt
  }
}`)

export type TenantChoicesVariables = { readonly search?: string | null | undefined }
export type TenantChoicesResult = {
  readonly tenants: readonly ({
    readonly id: string
    readonly endpoints: number
    readonly sending: boolean
  })[] | null
}
export const TenantChoices = operation<TenantChoicesResult, TenantChoicesVariables>(`query TenantChoices($search: String) {
  tenants(first: 50, search: $search) {
    id
    endpoints
    sending
  }
}`)
