// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { DeliveryFilter, EndpointFilter } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'

export type DeliveryRow = {
  readonly __typename: 'Delivery'
  readonly id: string
  readonly tenantId: string
  readonly eventType: string
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly status: string
  readonly attemptCount: number
  readonly maxAttempts: number
  readonly nextRetryAt: string | null
  readonly responseCode: number | null
  readonly responseTimeMs: number | null
  readonly lastError: string | null
  readonly createdAt: string
  readonly finishedAt: string | null
  readonly endpointId: string
  readonly endpoint: {
    readonly id: string
    readonly name: string
    readonly url: string
  } | null
}

export type DeliveriesVariables = { readonly first: number; readonly after?: string | null | undefined; readonly filter?: DeliveryFilter | null | undefined }
export type DeliveriesResult = {
  readonly page: {
    readonly nodes: readonly (DeliveryRow)[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly endCursor: string | null
    }
  } | null
}
export const Deliveries = operation<DeliveriesResult, DeliveriesVariables>(`query Deliveries($first: Int!, $after: Cursor, $filter: DeliveryFilter) {
  page: deliveries(first: $first, after: $after, filter: $filter) {
    nodes {
      ...DeliveryRow
    }
    pageInfo {
      hasNextPage
      endCursor
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

export type OneDeliveryVariables = { readonly id: string }
export type OneDeliveryResult = {
  readonly delivery: DeliveryRow & {
    readonly eventId: string
    readonly deliveredAt: string | null
    readonly reopenedAt: string | null
    readonly orderKey: string | null
    readonly payloadFormat: string
    readonly next: string | null
    readonly endpoint: {
      readonly id: string
      readonly name: string
      readonly url: string
      readonly isActive: boolean
      readonly pausedAt: string | null
      readonly disabledReason: string | null
      readonly signatureProfile: string
      readonly deletedAt: string | null
      readonly health: {
        readonly state: string | null
        readonly reason: string | null
        readonly heldUntil: string | null
      } | null
    } | null
    readonly attempts: {
      readonly nodes: readonly ({
        readonly number: number
        readonly startedAt: string
        readonly durationMs: number
        readonly status: number | null
        readonly error: string | null
        readonly errorKind: string | null
        readonly requestHeaders: unknown
        readonly responseHeaders: unknown
        readonly responseBody: string | null
      })[]
    }
    readonly event: {
      readonly __typename: 'Event'
      readonly id: string
      readonly occurredAt: string | null
      readonly body: string | null
      readonly dataOmitted: string | null
    } | null
  } | null
}
export const OneDelivery = operation<OneDeliveryResult, OneDeliveryVariables>(`query OneDelivery($id: UUID!) {
  delivery(id: $id) {
    ...DeliveryRow
    eventId
    deliveredAt
    reopenedAt
    orderKey
    payloadFormat
    next
    endpoint {
      id
      name
      url
      isActive
      pausedAt
      disabledReason
      signatureProfile
      deletedAt
      health {
        state
        reason
        heldUntil
      }
    }
    attempts(first: 100) {
      nodes {
        number
        startedAt
        durationMs
        status
        error
        errorKind
        requestHeaders
        responseHeaders
        responseBody
      }
    }
    event {
      __typename
      id
      occurredAt
      body
      dataOmitted
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

export type FindByKeyVariables = { readonly id: string }
export type FindByKeyResult = {
  readonly delivery: {
    readonly id: string
  } | null
  readonly event: {
    readonly id: string
    readonly deliveries: {
      readonly nodes: readonly ({
        readonly id: string
      })[]
    }
  } | null
}
export const FindByKey = operation<FindByKeyResult, FindByKeyVariables>(`query FindByKey($id: UUID!) {
  delivery(id: $id) {
    id
  }
  event(id: $id) {
    id
    deliveries(first: 1) {
      nodes {
        id
      }
    }
  }
}`)

export type DeliveryChoicesVariables = { readonly endpoints?: EndpointFilter | null | undefined }
export type DeliveryChoicesResult = {
  readonly endpoints: {
    readonly nodes: readonly ({
      readonly id: string
      readonly tenantId: string
      readonly name: string
      readonly url: string
      readonly deletedAt: string | null
    })[]
  } | null
  readonly eventTypes: {
    readonly nodes: readonly ({
      readonly name: string
    })[]
  } | null
}
export const DeliveryChoices = operation<DeliveryChoicesResult, DeliveryChoicesVariables>(`query DeliveryChoices($endpoints: EndpointFilter) {
  endpoints(first: 200, filter: $endpoints, orderBy: [NAME_ASC]) {
    nodes {
      id
      tenantId
      name
      url
      deletedAt
    }
  }
  eventTypes(first: 500) {
    nodes {
      name
    }
  }
}`)

export type RetryDeliveryVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly force?: boolean | null | undefined }
export type RetryDeliveryResult = {
  readonly retryDelivery: {
    readonly delivery: DeliveryRow | null
  } | null
}
export const RetryDelivery = operation<RetryDeliveryResult, RetryDeliveryVariables>(`mutation RetryDelivery($id: UUID!, $tenantId: String, $force: Boolean) {
  retryDelivery(id: $id, tenantId: $tenantId, force: $force) {
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

export type CancelDeliveryVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type CancelDeliveryResult = {
  readonly cancelDelivery: {
    readonly delivery: DeliveryRow | null
  } | null
}
export const CancelDelivery = operation<CancelDeliveryResult, CancelDeliveryVariables>(`mutation CancelDelivery($id: UUID!, $tenantId: String) {
  cancelDelivery(id: $id, tenantId: $tenantId) {
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

export type EndpointDeliveriesVariables = { readonly endpointId: string }
export type EndpointDeliveriesResult = {
  readonly deliveryUpdated: DeliveryRow | null
}
export const EndpointDeliveries = operation<EndpointDeliveriesResult, EndpointDeliveriesVariables>(`subscription EndpointDeliveries($endpointId: UUID!) {
  deliveryUpdated(endpointId: $endpointId) {
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

export type TenantDeliveriesVariables = { readonly tenantId?: string | null | undefined }
export type TenantDeliveriesResult = {
  readonly deliveryUpdated: DeliveryRow | null
}
export const TenantDeliveries = operation<TenantDeliveriesResult, TenantDeliveriesVariables>(`subscription TenantDeliveries($tenantId: String) {
  deliveryUpdated(tenantId: $tenantId) {
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
