// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EventFilter } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'

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
export const Events = operation<EventsResult, EventsVariables>(`query Events($first: Int!, $after: Cursor, $filter: EventFilter) {
  page: events(first: $first, after: $after, filter: $filter) {
    nodes {
      ...EventRow
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
fragment EventRow on Event {
  __typename
  id
  tenantId
  type
  resourceType
  resourceId
  occurredAt
  deliveries(first: 20) {
    nodes {
      id
      status
    }
  }
}`)

export type EventTypeNamesVariables = Record<string, never>
export type EventTypeNamesResult = {
  readonly eventTypes: {
    readonly nodes: readonly ({
      readonly name: string
    })[]
  } | null
}
export const EventTypeNames = operation<EventTypeNamesResult, EventTypeNamesVariables>(`query EventTypeNames {
  eventTypes(first: 500) {
    nodes {
      name
    }
  }
}`)

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
export const OneEvent = operation<OneEventResult, OneEventVariables>(`query OneEvent($id: UUID!) {
  event(id: $id) {
    __typename
    id
    tenantId
    type
    resourceType
    resourceId
    occurredAt
    deliverAt
    body
    previous
    context
    dataOmitted
    onlyEndpoint {
      id
      name
      url
    }
    deliveries(first: 200) {
      nodes {
        id
        status
        endpointId
      }
    }
    explanation {
      endpointId
      endpoint
      outcome
      because
      next
    }
  }
}`)

export type TenantEventsVariables = { readonly tenantId?: string | null | undefined }
export type TenantEventsResult = {
  readonly eventCreated: {
    readonly id: string
  } | null
}
export const TenantEvents = operation<TenantEventsResult, TenantEventsVariables>(`subscription TenantEvents($tenantId: String) {
  eventCreated(tenantId: $tenantId) {
    id
  }
}`)

export type EventsDeliveredVariables = { readonly tenantId?: string | null | undefined }
export type EventsDeliveredResult = {
  readonly deliveryUpdated: {
    readonly id: string
  } | null
}
export const EventsDelivered = operation<EventsDeliveredResult, EventsDeliveredVariables>(`subscription EventsDelivered($tenantId: String) {
  deliveryUpdated(tenantId: $tenantId) {
    id
  }
}`)
