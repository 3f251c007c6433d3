/** What the operator sets, for everybody and for one tenant. */
import { asColumns, callOne, type Act } from './act.ts'

const intervals = [
  'eventRetention', 'attemptRetention', 'deadLetterTtl', 'auditRetention', 'retrySchedule', 'circuitOpenMin', 'circuitOpenMax', 'disableAfter',
  'disableMinSpan', 'alertDeadLetterAge', 'alertBacklogAge', 'alertRepeat',
]

export const settingsInputs = `
"What is to change of the settings; type Settings says what each means. What the environment decides cannot be set."
input SettingsChanges {
  capture: Boolean
  sending: Boolean
  eventRetention: IntervalInput
  attemptRetention: IntervalInput
  deadLetterTtl: IntervalInput
  auditRetention: IntervalInput
  maxEventBytes: Int
  retrySchedule: [IntervalInput!]
  retryJitter: Float
  maxFiltersPerTenant: Int
  tenantRateLimit: Int
  tenantMaxInFlight: Int
  maxCauseDepth: Int
  "Null: no limit."
  circleLimit: Int
  circuitFailures: Int
  circuitFailureRate: Float
  circuitOpenMin: IntervalInput
  circuitOpenMax: IntervalInput
  disableAfter: IntervalInput
  disableMinFailures: Int
  disableMinSpan: IntervalInput
  alertDeadLetters: Int
  alertDeadLetterAge: IntervalInput
  alertRetryRate: Float
  alertErrorRate: Float
  alertP95Ms: Int
  alertBacklogAge: IntervalInput
  alertAvailability: Float
  alertRepeat: IntervalInput
}
"What is to change of a tenant's settings; type TenantSettings says what each means."
input TenantSettingsChanges {
  sending: Boolean
  "Null: no limit."
  rateLimit: Int
  maxEndpoints: Int
  testsPerMinute: Int
  maxReplay: Int
  "Null: that of settings."
  retrySchedule: [IntervalInput!]
  "Null: that of settings."
  maxEventBytes: Int
}`

const TENANT_SETTINGS = '"What holds for the tenant now."\ntenantSettings: TenantSettings'

export const settingsActs: readonly Act[] = [
  {
    name: 'updateSettings',
    description: 'Changes what is given of the settings for everybody. Workers see it within a second.',
    args: 'changes: SettingsChanges!',
    payload: '"The settings as they are now."\nsettings: Settings',
    isOfAll: true,
    calls: 'change_settings(jsonb)',
    run: (client, { changes }) => callOne(client, 'select (webhooks.change_settings($1)).one_row as "oneRow"', [asColumns(changes, intervals)]),
  },
  {
    name: 'updateTenantSettings',
    description: 'Changes what is given of the settings of a tenant. Workers see it within a second.',
    args: 'changes: TenantSettingsChanges!',
    payload: TENANT_SETTINGS,
    calls: 'change_tenant_settings(text,jsonb)',
    run: (client, { changes, tenantId }) => callOne(client, 'select (webhooks.change_tenant_settings($1, $2)).tenant_id as tenant', [tenantId, asColumns(changes, intervals)]),
  },
  {
    name: 'resetTenantSettings',
    description: 'Gives a tenant the defaults again.',
    args: '',
    payload: TENANT_SETTINGS,
    calls: 'reset_tenant_settings(text)',
    run: (client, { tenantId }) => callOne(client, 'select (webhooks.reset_tenant_settings($1)).tenant_id as tenant', [tenantId]),
  },
]
