// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { ApiKeyFilter } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'

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
export const ApiKeys = operation<ApiKeysResult, ApiKeysVariables>(`query ApiKeys($first: Int!, $after: Cursor, $filter: ApiKeyFilter) {
  page: apiKeys(first: $first, after: $after, filter: $filter, orderBy: [ID_DESC]) {
    nodes {
      ...ApiKeyRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
fragment ApiKeyRow on ApiKey {
  __typename
  id
  tenantId
  name
  role
  createdAt
  createdBy
  expiresAt
  revokedAt
}`)

export type OneApiKeyVariables = { readonly id: string }
export type OneApiKeyResult = {
  readonly apiKey: ApiKeyRow | null
}
export const OneApiKey = operation<OneApiKeyResult, OneApiKeyVariables>(`query OneApiKey($id: UUID!) {
  apiKey(id: $id) {
    ...ApiKeyRow
  }
}
fragment ApiKeyRow on ApiKey {
  __typename
  id
  tenantId
  name
  role
  createdAt
  createdBy
  expiresAt
  revokedAt
}`)

export type MakeApiKeyVariables = { readonly tenantId?: string | null | undefined; readonly name: string; readonly role: string; readonly expiresAt?: string | null | undefined }
export type MakeApiKeyResult = {
  readonly createApiKey: {
    readonly apiKey: ApiKeyRow | null
    readonly key: string | null
  } | null
}
export const MakeApiKey = operation<MakeApiKeyResult, MakeApiKeyVariables>(`mutation MakeApiKey($tenantId: String, $name: String!, $role: String!, $expiresAt: Datetime) {
  createApiKey(
    tenantId: $tenantId
    name: $name
    role: $role
    expiresAt: $expiresAt
  ) {
    apiKey {
      ...ApiKeyRow
    }
    key
  }
}
fragment ApiKeyRow on ApiKey {
  __typename
  id
  tenantId
  name
  role
  createdAt
  createdBy
  expiresAt
  revokedAt
}`)

export type RevokeApiKeyVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type RevokeApiKeyResult = {
  readonly revokeApiKey: {
    readonly apiKey: ApiKeyRow | null
  } | null
}
export const RevokeApiKey = operation<RevokeApiKeyResult, RevokeApiKeyVariables>(`mutation RevokeApiKey($id: UUID!, $tenantId: String) {
  revokeApiKey(id: $id, tenantId: $tenantId) {
    apiKey {
      ...ApiKeyRow
    }
  }
}
fragment ApiKeyRow on ApiKey {
  __typename
  id
  tenantId
  name
  role
  createdAt
  createdBy
  expiresAt
  revokedAt
}`)
