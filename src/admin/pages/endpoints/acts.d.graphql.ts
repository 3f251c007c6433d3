// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { IntervalInput } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'
import type { DeliveryRow } from '../deliveries/deliveries.graphql'
import type { EndpointState } from './endpoints.graphql'

export type PauseEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type PauseEndpointResult = {
  readonly pauseEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const PauseEndpoint: TypedDocumentNode<PauseEndpointResult, PauseEndpointVariables>

export type ResumeEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type ResumeEndpointResult = {
  readonly resumeEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const ResumeEndpoint: TypedDocumentNode<ResumeEndpointResult, ResumeEndpointVariables>

export type DisableEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly reason?: string | null | undefined }
export type DisableEndpointResult = {
  readonly disableEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const DisableEndpoint: TypedDocumentNode<DisableEndpointResult, DisableEndpointVariables>

export type EnableEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type EnableEndpointResult = {
  readonly enableEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const EnableEndpoint: TypedDocumentNode<EnableEndpointResult, EnableEndpointVariables>

export type DeleteEndpointVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type DeleteEndpointResult = {
  readonly deleteEndpoint: {
    readonly endpoint: EndpointState | null
  } | null
}
export declare const DeleteEndpoint: TypedDocumentNode<DeleteEndpointResult, DeleteEndpointVariables>

export type RotateSecretVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly overlap?: IntervalInput | null | undefined }
export type RotateSecretResult = {
  readonly rotateSecret: {
    readonly endpoint: EndpointState | null
    readonly secret: string | null
  } | null
}
export declare const RotateSecret: TypedDocumentNode<RotateSecretResult, RotateSecretVariables>

export type RevealSecretVariables = { readonly id: string; readonly tenantId?: string | null | undefined }
export type RevealSecretResult = {
  readonly revealSecret: {
    readonly secret: string | null
  } | null
}
export declare const RevealSecret: TypedDocumentNode<RevealSecretResult, RevealSecretVariables>

export type SendTestVariables = { readonly id: string; readonly tenantId?: string | null | undefined; readonly eventType: string }
export type SendTestResult = {
  readonly sendTest: {
    readonly delivery: DeliveryRow | null
  } | null
}
export declare const SendTest: TypedDocumentNode<SendTestResult, SendTestVariables>

export type TestedDeliveryVariables = { readonly id: string }
export type TestedDeliveryResult = {
  readonly delivery: DeliveryRow | null
}
export declare const TestedDelivery: TypedDocumentNode<TestedDeliveryResult, TestedDeliveryVariables>

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
export declare const TypeChoices: TypedDocumentNode<TypeChoicesResult, TypeChoicesVariables>

export type TypeExampleVariables = { readonly name: string }
export type TypeExampleResult = {
  readonly eventType: {
    readonly name: string
    readonly description: string
    readonly example: unknown
  } | null
}
export declare const TypeExample: TypedDocumentNode<TypeExampleResult, TypeExampleVariables>
