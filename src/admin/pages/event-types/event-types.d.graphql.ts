// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EventTypeChanges, NewEventType } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

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
export declare const Catalogue: TypedDocumentNode<CatalogueResult, CatalogueVariables>

export type MakeEventTypeVariables = { readonly eventType: NewEventType }
export type MakeEventTypeResult = {
  readonly createEventType: {
    readonly eventType: EventTypeRow | null
  } | null
}
export declare const MakeEventType: TypedDocumentNode<MakeEventTypeResult, MakeEventTypeVariables>

export type ChangeEventTypeVariables = { readonly name: string; readonly changes: EventTypeChanges }
export type ChangeEventTypeResult = {
  readonly updateEventType: {
    readonly eventType: EventTypeRow | null
  } | null
}
export declare const ChangeEventType: TypedDocumentNode<ChangeEventTypeResult, ChangeEventTypeVariables>

export type DeprecateEventTypeVariables = { readonly name: string; readonly deprecated?: boolean | null | undefined }
export type DeprecateEventTypeResult = {
  readonly deprecateEventType: {
    readonly eventType: EventTypeRow | null
  } | null
}
export declare const DeprecateEventType: TypedDocumentNode<DeprecateEventTypeResult, DeprecateEventTypeVariables>
