// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { ApiKeyFilter } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

export type ApiKeyRow = {
  readonly __typename: 'ApiKey'
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly role: string
  readonly createdAt: string
  readonly createdBy: string
  readonly expiresAt: string | null
  readonly revokedAt: string | null
}

export type ApiKeysVariables = { readonly first: number; readonly after?: string | null | undefined; readonly filter?: ApiKeyFilter | null | undefined }
export type ApiKeysResult = {
  readonly page: {
    readonly nodes: readonly (ApiKeyRow)[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly endCursor: string | null
    }
  } | null
}
export declare const ApiKeys: TypedDocumentNode<ApiKeysResult, ApiKeysVariables>

export type OneApiKeyVariables = { readonly id: string }
export type OneApiKeyResult = {
  readonly apiKey: ApiKeyRow | null
}
export declare const OneApiKey: TypedDocumentNode<OneApiKeyResult, OneApiKeyVariables>

export type MakeApiKeyVariables = { readonly tenantId?: string | null | undefined; readonly name: string; readonly role: string; readonly expiresAt?: string | null | undefined }
export type MakeApiKeyResult = {
  readonly createApiKey: {
    readonly apiKey: ApiKeyRow | null
    readonly key: string | null
  } | null
}
export declare const MakeApiKey: TypedDocumentNode<MakeApiKeyResult, MakeApiKeyVariables>

export type RevokeApiKeyVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type RevokeApiKeyResult = {
  readonly revokeApiKey: {
    readonly apiKey: ApiKeyRow | null
  } | null
}
export declare const RevokeApiKey: TypedDocumentNode<RevokeApiKeyResult, RevokeApiKeyVariables>
