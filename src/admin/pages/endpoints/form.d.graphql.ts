// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { EndpointChanges, NewEndpoint } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'
import type { EndpointState } from './endpoints.graphql'

export type UrlProblemsVariables = { readonly url: string }
export type UrlProblemsResult = {
  readonly urlProblems: readonly ({
    readonly code: string
    readonly message: string
    readonly detail: string
    readonly hint: string
  })[]
}
export declare const UrlProblems: TypedDocumentNode<UrlProblemsResult, UrlProblemsVariables>

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
export declare const FilterPreview: TypedDocumentNode<FilterPreviewResult, FilterPreviewVariables>

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
export declare const Defaults: TypedDocumentNode<DefaultsResult, DefaultsVariables>

export type CreateEndpointVariables = { readonly endpoint: NewEndpoint; readonly secret?: string | null | undefined; readonly tenantId?: string | null | undefined }
export type CreateEndpointResult = {
  readonly createEndpoint: {
    readonly endpoint: EndpointState | null
    readonly secret: string | null
  } | null
}
export declare const CreateEndpoint: TypedDocumentNode<CreateEndpointResult, CreateEndpointVariables>

export type UpdateEndpointVariables = { readonly id: string; readonly changes: EndpointChanges; readonly tenantId?: string | null | undefined }
export type UpdateEndpointResult = {
  readonly updateEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const UpdateEndpoint: TypedDocumentNode<UpdateEndpointResult, UpdateEndpointVariables>

export type SetOauthSecretVariables = { readonly id: string; readonly secret: string; readonly tenantId?: string | null | undefined }
export type SetOauthSecretResult = {
  readonly setOauthSecret: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const SetOauthSecret: TypedDocumentNode<SetOauthSecretResult, SetOauthSecretVariables>
