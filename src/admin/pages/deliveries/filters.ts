/** What deliveries are looked for, as the API is asked. */
import type { DeliveryFilter } from '../../api/inputs.ts'
import { timeNames, windowOf } from '../../parts/time-choice.tsx'
import type { Filters } from '../../parts/use-filters.ts'

export const statuses = ['failed', 'retrying', 'pending', 'success', 'cancelled', 'expired'] as const

export const filterNames = ['status', 'type', 'endpoint', ...timeNames, 'code', 'resource'] as const

export type DeliveryFilters = Filters<(typeof filterNames)[number]>

const codeFilter = (code: string): Pick<DeliveryFilter, 'responseCode'> => {
  const family = /^([1-5])xx$/.exec(code)?.[1]
  if (family) return { responseCode: { greaterThanOrEqualTo: Number(family) * 100, lessThan: Number(family) * 100 + 100 } }
  if (code === 'none') return { responseCode: { isNull: true } }
  return /^\d{3}$/.test(code) ? { responseCode: { equalTo: Number(code) } } : {}
}

/** A type's name, or a family of them as `sale.*`. */
export const typeFilter = (type: string) => (type.endsWith('.*') ? { startsWith: type.slice(0, -1) } : { equalTo: type })

/** `status=open` stands for what has not ended yet. */
const statusFilter = (status: string): Pick<DeliveryFilter, 'status'> => ({ status: status === 'open' ? { in: ['pending', 'retrying'] } : { equalTo: status } })

export const toApi = (filters: DeliveryFilters, nowMs: number): DeliveryFilter => ({
  ...(filters.status ? statusFilter(filters.status) : {}),
  ...(filters.type ? { eventType: typeFilter(filters.type) } : {}),
  ...(filters.endpoint ? { endpointId: { equalTo: filters.endpoint } } : {}),
  ...(filters.resource ? { resourceId: { equalTo: filters.resource } } : {}),
  ...(filters.code ? codeFilter(filters.code) : {}),
  ...windowOf(filters, nowMs),
})
