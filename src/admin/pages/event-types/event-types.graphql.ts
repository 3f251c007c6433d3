// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EventTypeChanges, NewEventType } from '../../api/inputs.ts'
import { operation } from '../../api/operation.ts'

export type EventTypeRow = {
  readonly __typename: 'EventType'
  readonly name: string
  readonly description: string
  readonly enabled: boolean
  readonly example: unknown
  readonly jsonSchema: unknown
  readonly createdAt: string
  readonly deprecatedAt: string | null
}

export type CatalogueVariables = Record<string, never>
export type CatalogueResult = {
  readonly eventTypes: {
    readonly nodes: readonly (EventTypeRow)[]
  } | null
}
export const Catalogue = operation<CatalogueResult, CatalogueVariables>(`query Catalogue {
  eventTypes(first: 1000, orderBy: [NAME_ASC]) {
    nodes {
      ...EventTypeRow
    }
  }
}
fragment EventTypeRow on EventType {
  __typename
  name
  description
  enabled
  example
  jsonSchema
  createdAt
  deprecatedAt
}`)

export type MakeEventTypeVariables = { readonly eventType: NewEventType }
export type MakeEventTypeResult = {
  readonly createEventType: {
    readonly eventType: EventTypeRow | null
  } | null
}
export const MakeEventType = operation<MakeEventTypeResult, MakeEventTypeVariables>(`mutation MakeEventType($eventType: NewEventType!) {
  createEventType(eventType: $eventType) {
    eventType {
      ...EventTypeRow
    }
  }
}
fragment EventTypeRow on EventType {
  __typename
  name
  description
  enabled
  example
  jsonSchema
  createdAt
  deprecatedAt
}`)

export type ChangeEventTypeVariables = { readonly name: string; readonly changes: EventTypeChanges }
export type ChangeEventTypeResult = {
  readonly updateEventType: {
    readonly eventType: EventTypeRow | null
  } | null
}
export const ChangeEventType = operation<ChangeEventTypeResult, ChangeEventTypeVariables>(`mutation ChangeEventType($name: String!, $changes: EventTypeChanges!) {
  updateEventType(name: $name, changes: $changes) {
    eventType {
      ...EventTypeRow
    }
  }
}
fragment EventTypeRow on EventType {
  __typename
  name
  description
  enabled
  example
  jsonSchema
  createdAt
  deprecatedAt
}`)

export type DeprecateEventTypeVariables = { readonly name: string; readonly deprecated?: boolean | null | undefined }
export type DeprecateEventTypeResult = {
  readonly deprecateEventType: {
    readonly eventType: EventTypeRow | null
  } | null
}
export const DeprecateEventType = operation<DeprecateEventTypeResult, DeprecateEventTypeVariables>(`mutation DeprecateEventType($name: String!, $deprecated: Boolean) {
  deprecateEventType(name: $name, deprecated: $deprecated) {
    eventType {
      ...EventTypeRow
    }
  }
}
fragment EventTypeRow on EventType {
  __typename
  name
  description
  enabled
  example
  jsonSchema
  createdAt
  deprecatedAt
}`)
