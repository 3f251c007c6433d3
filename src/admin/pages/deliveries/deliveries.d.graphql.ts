// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { DeliveryFilter } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

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
export declare const Deliveries: TypedDocumentNode<DeliveriesResult, DeliveriesVariables>

export type OneDeliveryVariables = { readonly id: string }
export type OneDeliveryResult = {
  readonly delivery: DeliveryRow & {
    readonly eventId: string
    readonly deliveredAt: string | null
    readonly reopenedAt: string | null
    readonly orderKey: string | null
    readonly body: string | null
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
      readonly dataOmitted: string | null
    } | null
  } | null
}
export declare const OneDelivery: TypedDocumentNode<OneDeliveryResult, OneDeliveryVariables>

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
export declare const FindByKey: TypedDocumentNode<FindByKeyResult, FindByKeyVariables>

export type DeliveryChoicesVariables = Record<string, never>
export type DeliveryChoicesResult = {
  readonly eventTypes: {
    readonly nodes: readonly ({
      readonly name: string
    })[]
  } | null
}
export declare const DeliveryChoices: TypedDocumentNode<DeliveryChoicesResult, DeliveryChoicesVariables>

export type RetryDeliveryVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly force?: boolean | null | undefined }
export type RetryDeliveryResult = {
  readonly retryDelivery: {
    readonly delivery: DeliveryRow | null
  } | null
}
export declare const RetryDelivery: TypedDocumentNode<RetryDeliveryResult, RetryDeliveryVariables>

export type CancelDeliveryVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type CancelDeliveryResult = {
  readonly cancelDelivery: {
    readonly delivery: DeliveryRow | null
  } | null
}
export declare const CancelDelivery: TypedDocumentNode<CancelDeliveryResult, CancelDeliveryVariables>

export type EndpointDeliveriesVariables = { readonly endpointId: string }
export type EndpointDeliveriesResult = {
  readonly deliveryUpdated: DeliveryRow | null
}
export declare const EndpointDeliveries: TypedDocumentNode<EndpointDeliveriesResult, EndpointDeliveriesVariables>

export type TenantDeliveriesVariables = { readonly tenantId?: string | null | undefined }
export type TenantDeliveriesResult = {
  readonly deliveryUpdated: DeliveryRow | null
}
export declare const TenantDeliveries: TypedDocumentNode<TenantDeliveriesResult, TenantDeliveriesVariables>
