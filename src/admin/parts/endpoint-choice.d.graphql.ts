// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointFilter } from '../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

export type EndpointChoice = {
  readonly id: string
  readonly tenantId: string
  readonly name: string
  readonly url: string
  readonly deletedAt: string | null
}

export type EndpointChoicesVariables = { readonly filter?: EndpointFilter | null | undefined }
export type EndpointChoicesResult = {
  readonly endpoints: {
    readonly nodes: readonly (EndpointChoice)[]
  } | null
}
export declare const EndpointChoices: TypedDocumentNode<EndpointChoicesResult, EndpointChoicesVariables>

export type ChosenEndpointVariables = { readonly id: string }
export type ChosenEndpointResult = {
  readonly endpoint: EndpointChoice | null
}
export declare const ChosenEndpoint: TypedDocumentNode<ChosenEndpointResult, ChosenEndpointVariables>
