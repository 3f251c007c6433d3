// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EventFilter } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

export type EventRow = {
  readonly __typename: 'Event'
  readonly id: string
  readonly tenantId: string
  readonly type: string
  readonly resourceType: string | null
  readonly resourceId: string | null
  readonly occurredAt: string | null
  readonly deliveries: {
    readonly nodes: readonly ({
      readonly id: string
      readonly status: string
    })[]
  }
}

export type EventsVariables = { readonly first: number; readonly after?: string | null | undefined; readonly filter?: EventFilter | null | undefined }
export type EventsResult = {
  readonly page: {
    readonly nodes: readonly (EventRow)[]
    readonly pageInfo: {
      readonly hasNextPage: boolean
      readonly endCursor: string | null
    }
  } | null
}
export declare const Events: TypedDocumentNode<EventsResult, EventsVariables>

export type EmitExampleVariables = { readonly name: string }
export type EmitExampleResult = {
  readonly eventType: {
    readonly name: string
    readonly description: string
    readonly example: unknown
  } | null
}
export declare const EmitExample: TypedDocumentNode<EmitExampleResult, EmitExampleVariables>

export type EmitEventVariables = { readonly tenantId?: string | null | undefined; readonly type: string; readonly dataText: string; readonly resourceType?: string | null | undefined; readonly resourceId?: string | null | undefined }
export type EmitEventResult = {
  readonly emitEvent: {
    readonly event: EventRow | null
  } | null
}
export declare const EmitEvent: TypedDocumentNode<EmitEventResult, EmitEventVariables>

export type EventTypeNamesVariables = Record<string, never>
export type EventTypeNamesResult = {
  readonly eventTypes: {
    readonly nodes: readonly ({
      readonly name: string
    })[]
  } | null
}
export declare const EventTypeNames: TypedDocumentNode<EventTypeNamesResult, EventTypeNamesVariables>

export type OneEventVariables = { readonly id: string }
export type OneEventResult = {
  readonly event: {
    readonly __typename: 'Event'
    readonly id: string
    readonly tenantId: string
    readonly type: string
    readonly resourceType: string | null
    readonly resourceId: string | null
    readonly occurredAt: string | null
    readonly deliverAt: string | null
    readonly body: string | null
    readonly previous: unknown
    readonly context: unknown
    readonly dataOmitted: string | null
    readonly onlyEndpoint: {
      readonly id: string
      readonly name: string
      readonly url: string
    } | null
    readonly deliveries: {
      readonly nodes: readonly ({
        readonly id: string
        readonly status: string
        readonly endpointId: string
      })[]
    }
    readonly explanation: readonly ({
      readonly endpointId: string
      readonly endpoint: string
      readonly outcome: string
      readonly because: string
      readonly next: string
    })[]
  } | null
}
export declare const OneEvent: TypedDocumentNode<OneEventResult, OneEventVariables>

export type TenantEventsVariables = { readonly tenantId?: string | null | undefined }
export type TenantEventsResult = {
  readonly eventCreated: {
    readonly id: string
  } | null
}
export declare const TenantEvents: TypedDocumentNode<TenantEventsResult, TenantEventsVariables>

export type EventsDeliveredVariables = { readonly tenantId?: string | null | undefined }
export type EventsDeliveredResult = {
  readonly deliveryUpdated: {
    readonly id: string
  } | null
}
export declare const EventsDelivered: TypedDocumentNode<EventsDeliveredResult, EventsDeliveredVariables>
