/** What is looked for, as it stands in the address: a link shows the same list to somebody else. */
import type { DeliveryFilter } from '../../api/inputs.ts'

export const statuses = ['failed', 'retrying', 'pending', 'success', 'cancelled', 'expired'] as const

export type TimeName = 'hour' | 'day' | 'week' | 'month' | 'custom'

/** Seconds back from now. */
export const times: Readonly<Record<Exclude<TimeName, 'custom'>, number>> = { hour: 3_600, day: 86_400, week: 7 * 86_400, month: 30 * 86_400 }

export const filterNames = ['status', 'type', 'endpoint', 'time', 'from', 'to', 'code', 'resource'] as const

export type Filters = { readonly [Name in (typeof filterNames)[number]]?: string }

export const readFilters = (search: URLSearchParams): Filters => Object.fromEntries(filterNames.flatMap((name) => (search.get(name) ? [[name, search.get(name)]] : [])))

export const writeFilters = (filters: Filters): URLSearchParams => new URLSearchParams(Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1])))

const codeFilter = (code: string): Pick<DeliveryFilter, 'responseCode'> => {
  const family = /^([1-5])xx$/.exec(code)?.[1]
  if (family) return { responseCode: { greaterThanOrEqualTo: Number(family) * 100, lessThan: Number(family) * 100 + 100 } }
  if (code === 'none') return { responseCode: { isNull: true } }
  return /^\d{3}$/.test(code) ? { responseCode: { equalTo: Number(code) } } : {}
}

/** A moment as `datetime-local` inputs have it, in the reader's zone. */
const isoOf = (local: string | undefined): string | undefined => {
  const at = local ? new Date(local) : undefined
  return at && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined
}

const timeFilter = ({ time, from, to }: Filters, nowMs: number): Pick<DeliveryFilter, 'since' | 'until'> => {
  if (time === 'custom') return { since: isoOf(from), until: isoOf(to) }
  const seconds = time ? (times as Record<string, number>)[time] : undefined
  return seconds ? { since: new Date(nowMs - seconds * 1_000).toISOString() } : {}
}

/** The same as the API is asked. */
export const toApi = (filters: Filters, nowMs: number): DeliveryFilter => ({
  ...(filters.status ? { status: { equalTo: filters.status } } : {}),
  ...(filters.type ? { eventType: filters.type.endsWith('.*') ? { startsWith: filters.type.slice(0, -1) } : { equalTo: filters.type } } : {}),
  ...(filters.endpoint ? { endpointId: { equalTo: filters.endpoint } } : {}),
  ...(filters.resource ? { resourceId: { equalTo: filters.resource } } : {}),
  ...(filters.code ? codeFilter(filters.code) : {}),
  ...timeFilter(filters, nowMs),
})
