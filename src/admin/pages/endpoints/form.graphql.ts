// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointChanges, NewEndpoint } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'
import type { EndpointState } from './endpoints.graphql.ts'

export type UrlProblemsVariables = { readonly url: string }
export type UrlProblemsResult = {
  readonly urlProblems: readonly ({
    readonly code: string
    readonly message: string
    readonly detail: string
    readonly hint: string
  })[]
}
export const UrlProblems = operation<UrlProblemsResult, UrlProblemsVariables>(`query UrlProblems($url: String!) {
  urlProblems(url: $url) {
    code
    message
    detail
    hint
  }
}`)

export type FilterPreviewVariables = { readonly events: readonly (string)[]; readonly filter?: string | null | undefined; readonly tenantId?: string | null | undefined }
export type FilterPreviewResult = {
  readonly filterPreview: {
    readonly looked: number
    readonly asked: number
    readonly matched: number
    readonly since: string | null
    readonly latest: {
      readonly id: string
      readonly type: string
      readonly body: string | null
    } | null
  } | null
}
export const FilterPreview = operation<FilterPreviewResult, FilterPreviewVariables>(`query FilterPreview($events: [String!]!, $filter: JSONPath, $tenantId: String) {
  filterPreview(events: $events, filter: $filter, tenantId: $tenantId) {
    looked
    asked
    matched
    since
    latest {
      id
      type
      body
    }
  }
}`)

export type DefaultsVariables = { readonly tenantId?: string | null | undefined }
export type DefaultsResult = {
  readonly tenantSettings: {
    readonly maxAttemptsInForce: number | null
    readonly timeoutMsInForce: number | null
    readonly retryScheduleInForce: readonly ({
      readonly months: number | null
      readonly days: number | null
      readonly hours: number | null
      readonly minutes: number | null
      readonly seconds: number | null
    })[] | null
  } | null
}
export const Defaults = operation<DefaultsResult, DefaultsVariables>(`query Defaults($tenantId: String) {
  tenantSettings(tenantId: $tenantId) {
    maxAttemptsInForce
    timeoutMsInForce
    retryScheduleInForce {
      months
      days
      hours
      minutes
      seconds
    }
  }
}`)

export type CreateEndpointVariables = { readonly endpoint: NewEndpoint; readonly secret?: string | null | undefined; readonly tenantId?: string | null | undefined }
export type CreateEndpointResult = {
  readonly createEndpoint: {
    readonly endpoint: EndpointState | null
    readonly secret: string | null
  } | null
}
export const CreateEndpoint = operation<CreateEndpointResult, CreateEndpointVariables>(`mutation CreateEndpoint($endpoint: NewEndpoint!, $secret: String, $tenantId: String) {
  createEndpoint(endpoint: $endpoint, secret: $secret, tenantId: $tenantId) {
    endpoint {
      ...EndpointState
    }
    secret
  }
}
fragment EndpointState on Endpoint {
  __typename
  id
  tenantId
  name
  url
  isActive
  pausedAt
  disabledReason
  deletedAt
  figures {
    lastDeliveryAt
    lastSuccessAt
    lastFailureAt
    consecutiveFailures
  }
  health {
    state
    reason
    heldUntil
    rateUsedUntil
    backlog
    due
    oldestDueAt
    deadLetters
    failingSince
    credentialsRefusedAt
    oldSecretUntil
  }
}`)

export type UpdateEndpointVariables = { readonly id: string; readonly changes: EndpointChanges; readonly tenantId?: string | null | undefined }
export type UpdateEndpointResult = {
  readonly updateEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export const UpdateEndpoint = operation<UpdateEndpointResult, UpdateEndpointVariables>(`mutation UpdateEndpoint($id: UUID!, $changes: EndpointChanges!, $tenantId: String) {
  updateEndpoint(id: $id, changes: $changes, tenantId: $tenantId) {
    endpoint {
      ...EndpointState
    }
  }
}
fragment EndpointState on Endpoint {
  __typename
  id
  tenantId
  name
  url
  isActive
  pausedAt
  disabledReason
  deletedAt
  figures {
    lastDeliveryAt
    lastSuccessAt
    lastFailureAt
    consecutiveFailures
  }
  health {
    state
    reason
    heldUntil
    rateUsedUntil
    backlog
    due
    oldestDueAt
    deadLetters
    failingSince
    credentialsRefusedAt
    oldSecretUntil
  }
}`)

export type SetOauthSecretVariables = { readonly id: string; readonly secret: string; readonly tenantId?: string | null | undefined }
export type SetOauthSecretResult = {
  readonly setOauthSecret: {
    readonly endpoint: EndpointState | null
  } | null
}
export const SetOauthSecret = operation<SetOauthSecretResult, SetOauthSecretVariables>(`mutation SetOauthSecret($id: UUID!, $secret: String!, $tenantId: String) {
  setOauthSecret(endpointId: $id, secret: $secret, tenantId: $tenantId) {
    endpoint {
      ...EndpointState
    }
  }
}
fragment EndpointState on Endpoint {
  __typename
  id
  tenantId
  name
  url
  isActive
  pausedAt
  disabledReason
  deletedAt
  figures {
    lastDeliveryAt
    lastSuccessAt
    lastFailureAt
    consecutiveFailures
  }
  health {
    state
    reason
    heldUntil
    rateUsedUntil
    backlog
    due
    oldestDueAt
    deadLetters
    failingSince
    credentialsRefusedAt
    oldSecretUntil
  }
}`)
