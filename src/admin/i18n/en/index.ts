/** Every text of the page in English: the language that the others are measured by. */
import { alerts } from './alerts.ts'
import { apiKeys } from './api-keys.ts'
import { auditLog } from './audit-log.ts'
import { common } from './common.ts'
import { deliveries } from './deliveries.ts'
import { endpointForm } from './endpoint-form.ts'
import { endpoints } from './endpoints.ts'
import { errors } from './errors.ts'
import { eventTypes } from './event-types.ts'
import { events } from './events.ts'
import { overview } from './overview.ts'
import { settings } from './settings.ts'
import { shell } from './shell.ts'

export const en = { common, shell, overview, deliveries, events, eventTypes, alerts, auditLog, apiKeys, settings, endpoints, endpointForm, errors }

/** What a language has to have. */
export type Texts = typeof en
