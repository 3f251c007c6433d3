// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { IntervalInput } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'
import type { DeliveryRow } from '../deliveries/deliveries.graphql.ts'
import type { EndpointState } from './endpoints.graphql.ts'

export type PauseEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type PauseEndpointResult = {
  readonly pauseEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export const PauseEndpoint = operation<PauseEndpointResult, PauseEndpointVariables>(`mutation PauseEndpoint($id: UUID!, $tenantId: String) {
  pauseEndpoint(id: $id, tenantId: $tenantId) {
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

export type ResumeEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type ResumeEndpointResult = {
  readonly resumeEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export const ResumeEndpoint = operation<ResumeEndpointResult, ResumeEndpointVariables>(`mutation ResumeEndpoint($id: UUID!, $tenantId: String) {
  resumeEndpoint(id: $id, tenantId: $tenantId) {
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

export type DisableEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly reason?: string | null | undefined }
export type DisableEndpointResult = {
  readonly disableEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export const DisableEndpoint = operation<DisableEndpointResult, DisableEndpointVariables>(`mutation DisableEndpoint($id: UUID!, $tenantId: String, $reason: String) {
  disableEndpoint(id: $id, tenantId: $tenantId, reason: $reason) {
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

export type EnableEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type EnableEndpointResult = {
  readonly enableEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export const EnableEndpoint = operation<EnableEndpointResult, EnableEndpointVariables>(`mutation EnableEndpoint($id: UUID!, $tenantId: String) {
  enableEndpoint(id: $id, tenantId: $tenantId) {
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

export type DeleteEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type DeleteEndpointResult = {
  readonly deleteEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export const DeleteEndpoint = operation<DeleteEndpointResult, DeleteEndpointVariables>(`mutation DeleteEndpoint($id: UUID!, $tenantId: String) {
  deleteEndpoint(id: $id, tenantId: $tenantId) {
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

export type RotateSecretVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly overlap?: IntervalInput | null | undefined }
export type RotateSecretResult = {
  readonly rotateSecret: {
    readonly endpoint: EndpointState | null
    readonly secret: string | null
  } | null
}
export const RotateSecret = operation<RotateSecretResult, RotateSecretVariables>(`mutation RotateSecret($id: UUID!, $tenantId: String, $overlap: IntervalInput) {
  rotateSecret(endpointId: $id, tenantId: $tenantId, overlap: $overlap) {
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

export type RevealSecretVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type RevealSecretResult = {
  readonly revealSecret: {
    readonly secret: string | null
  } | null
}
export const RevealSecret = operation<RevealSecretResult, RevealSecretVariables>(`mutation RevealSecret($id: UUID!, $tenantId: String) {
  revealSecret(endpointId: $id, tenantId: $tenantId) {
    secret
  }
}`)

export type SendTestVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly eventType: string }
export type SendTestResult = {
  readonly sendTest: {
    readonly delivery: DeliveryRow | null
  } | null
}
export const SendTest = operation<SendTestResult, SendTestVariables>(`mutation SendTest($id: UUID!, $tenantId: String, $eventType: String!) {
  sendTest(endpointId: $id, tenantId: $tenantId, eventType: $eventType) {
    delivery {
      ...DeliveryRow
    }
  }
}
fragment DeliveryRow on Delivery {
  __typename
  id
  tenantId
  eventType
  resourceType
  resourceId
  status
  attemptCount
  maxAttempts
  nextRetryAt
  responseCode
  responseTimeMs
  lastError
  createdAt
  finishedAt
  endpointId
  endpoint {
    id
    name
    url
  }
}`)

export type TestedDeliveryVariables = { readonly id: string }
export type TestedDeliveryResult = {
  readonly delivery: DeliveryRow | null
}
export const TestedDelivery = operation<TestedDeliveryResult, TestedDeliveryVariables>(`query TestedDelivery($id: UUID!) {
  delivery(id: $id) {
    ...DeliveryRow
  }
}
fragment DeliveryRow on Delivery {
  __typename
  id
  tenantId
  eventType
  resourceType
  resourceId
  status
  attemptCount
  maxAttempts
  nextRetryAt
  responseCode
  responseTimeMs
  lastError
  createdAt
  finishedAt
  endpointId
  endpoint {
    id
    name
    url
  }
}`)

export type TypeChoicesVariables = Record<string, never>
export type TypeChoicesResult = {
  readonly eventTypes: {
    readonly nodes: readonly ({
      readonly name: string
      readonly description: string
      readonly enabled: boolean
      readonly deprecatedAt: string | null
    })[]
  } | null
}
export const TypeChoices = operation<TypeChoicesResult, TypeChoicesVariables>(`query TypeChoices {
  eventTypes(first: 1000) {
    nodes {
      name
      description
      enabled
      deprecatedAt
    }
  }
}`)

export type TypeExampleVariables = { readonly name: string }
export type TypeExampleResult = {
  readonly eventType: {
    readonly name: string
    readonly description: string
    readonly example: unknown
  } | null
}
export const TypeExample = operation<TypeExampleResult, TypeExampleVariables>(`query TypeExample($name: String!) {
  eventType(name: $name) {
    name
    description
    example
  }
}`)
