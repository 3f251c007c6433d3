// Written by test/admin/documents.test.ts: UPDATE_DOCUMENTS=1 node --test test/admin/documents.test.ts
import type { SettingsChanges, TenantSettingsChanges } from '../../api/inputs.ts'
import type { TypedDocumentNode } from 'urql'

export type Span = {
  readonly months: number | null
  readonly days: number | null
  readonly hours: number | null
  readonly minutes: number | null
  readonly seconds: number | null
}

export type TenantSettingsVariables = { readonly tenantId?: string | null | undefined }
export type TenantSettingsResult = {
  readonly tenantSettings: {
    readonly __typename: 'TenantSettings'
    readonly tenantId: string
    readonly sending: boolean
    readonly rateLimit: number | null
    readonly maxEndpoints: number
    readonly testsPerMinute: number
    readonly maxReplay: number
    readonly maxEventBytes: number | null
    readonly maxEventBytesInForce: number | null
    readonly retrySchedule: readonly (Span)[] | null
    readonly retryScheduleInForce: readonly (Span)[] | null
  } | null
}
export declare const TenantSettings: TypedDocumentNode<TenantSettingsResult, TenantSettingsVariables>

export type OperatorSettingsVariables = Record<string, never>
export type OperatorSettingsResult = {
  readonly settings: {
    readonly __typename: 'Settings'
    readonly capture: boolean
    readonly sending: boolean
    readonly eventRetention: Span
    readonly attemptRetention: Span
    readonly deadLetterTtl: Span
    readonly auditRetention: Span
    readonly maxEventBytes: number
    readonly maxAttempts: number
    readonly timeoutMs: number
    readonly allowHttp: boolean
    readonly retrySchedule: readonly (Span)[]
    readonly retryJitter: number
    readonly maxFiltersPerTenant: number
    readonly tenantRateLimit: number
    readonly tenantMaxInFlight: number
    readonly circleLimit: number | null
    readonly maxCauseDepth: number
    readonly circuitFailures: number
    readonly circuitFailureRate: number
    readonly circuitOpenMin: Span
    readonly circuitOpenMax: Span
    readonly disableAfter: Span
    readonly disableMinFailures: number
    readonly disableMinSpan: Span
    readonly alertDeadLetters: number
    readonly alertDeadLetterAge: Span
    readonly alertRetryRate: number
    readonly alertErrorRate: number
    readonly alertP95Ms: number
    readonly alertBacklogAge: Span
    readonly alertAvailability: number
    readonly alertRepeat: Span
  } | null
}
export declare const OperatorSettings: TypedDocumentNode<OperatorSettingsResult, OperatorSettingsVariables>

export type ChangeSettingsVariables = { readonly changes: SettingsChanges }
export type ChangeSettingsResult = {
  readonly updateSettings: {
    readonly settings: {
      readonly __typename: 'Settings'
      readonly sending: boolean
    } | null
  } | null
}
export declare const ChangeSettings: TypedDocumentNode<ChangeSettingsResult, ChangeSettingsVariables>

export type ChangeTenantSettingsVariables = { readonly tenantId?: string | null | undefined; readonly changes: TenantSettingsChanges }
export type ChangeTenantSettingsResult = {
  readonly updateTenantSettings: {
    readonly tenantSettings: {
      readonly __typename: 'TenantSettings'
      readonly tenantId: string
    } | null
  } | null
}
export declare const ChangeTenantSettings: TypedDocumentNode<ChangeTenantSettingsResult, ChangeTenantSettingsVariables>

export type ResetTenantSettingsVariables = { readonly tenantId?: string | null | undefined }
export type ResetTenantSettingsResult = {
  readonly resetTenantSettings: {
    readonly tenantSettings: {
      readonly __typename: 'TenantSettings'
      readonly tenantId: string
    } | null
  } | null
}
export declare const ResetTenantSettings: TypedDocumentNode<ResetTenantSettingsResult, ResetTenantSettingsVariables>
