/** An endpoint as somebody writes it: every field as text, what is wrong with it, and what is sent of it. */
import type { EndpointChanges, NewEndpoint } from '../../../api/inputs.ts'
import type { Texts } from '../../../i18n/en/index.ts'
import { parseDuration, secondsOf, writeDuration } from '../../../parts/duration.ts'
import type { Endpoint } from '../use-endpoint.ts'
import { type HeaderRow, headerProblems } from './header-rules.ts'

export type Draft = {
  readonly url: string
  readonly name: string
  readonly description: string
  readonly events: readonly string[]
  readonly filter: string
  readonly rateLimit: string
  readonly maxInFlight: string
  readonly timeout: string
  readonly maxAttempts: string
  readonly retrySchedule: string
  readonly noRetryCodes: string
  readonly ordering: string
  readonly payloadFormat: string
  readonly signatureProfile: string
  /** nothing: they stay as they are */
  readonly headers: readonly HeaderRow[] | undefined
  readonly isOauth: boolean
  readonly tokenUrl: string
  readonly clientId: string
  readonly scope: string
  readonly oauthSecret: string
  readonly secret: string
}

/** Fields by the names that the API gives in its errors. */
export type Problems = { readonly [field in 'url' | 'name' | 'description' | 'events' | 'filter' | 'rateLimit' | 'maxInFlight' | 'timeoutMs' | 'maxAttempts' | 'retrySchedule' | 'noRetryCodes' | 'headers' | 'auth' | 'secret']?: string | undefined }

/** How such things begin, the same in every language. */
export const begins = { url: 'https://', secret: 'whsec_…' } as const

/** What is wrong with a field, once it is to be said. */
export type FieldOf = (field: keyof Problems) => string | undefined

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** @param endpoint nothing: a new one, whose empty fields are left to the defaults */
export const draftOf = (endpoint: Endpoint | undefined): Draft => {
  const auth = (endpoint?.auth ?? {}) as { readonly [key: string]: unknown }
  return {
    url: endpoint?.url ?? '', name: endpoint?.name ?? '', description: endpoint?.description ?? '', events: (endpoint?.events ?? []).flatMap((each) => each ?? []), filter: endpoint?.filter ?? '',
    // The default of the table; empty means no limit.
    rateLimit: endpoint ? String(endpoint.rateLimit ?? '') : '100',
    maxInFlight: endpoint ? String(endpoint.maxInFlight) : '10', timeout: endpoint ? String(endpoint.timeoutMs / 1_000) : '', maxAttempts: endpoint ? String(endpoint.maxAttempts) : '',
    retrySchedule: (endpoint?.retrySchedule ?? []).flatMap((wait) => (wait ? [writeDuration(secondsOf(wait))] : [])).join(', '),
    noRetryCodes: (endpoint?.noRetryCodes ?? [400, 405, 413, 414, 415, 422, 431, 501, 505]).join(', '),
    ordering: endpoint?.ordering ?? 'none', payloadFormat: endpoint?.payloadFormat ?? 'standard', signatureProfile: endpoint?.signatureProfile ?? 'standard',
    headers: endpoint && endpoint.headerNames.length > 0 ? undefined : [],
    isOauth: Boolean(endpoint?.auth), tokenUrl: textOf(auth['token_url']), clientId: textOf(auth['client_id']), scope: textOf(auth['scope']), oauthSecret: '', secret: '',
  }
}

const listOf = (text: string, between: RegExp): string[] => text.split(between).map((each) => each.trim()).filter((each) => each !== '')

/** @returns seconds each; nothing where one cannot be read */
export const waitsOf = (text: string): number[] | undefined => {
  const waits = listOf(text, /[,;]/).map(parseDuration)
  return waits.includes(undefined) ? undefined : (waits as number[])
}

const codesOf = (text: string): number[] => listOf(text, /[\s,;]+/).map(Number)

const isWhole = (text: string, from: number, to: number): boolean => /^\d+$/.test(text.trim()) && Number(text) >= from && Number(text) <= to

/** What can be judged here; the server judges the URL and the filter as one types, and everything once more at save. */
export const problemsOf = (draft: Draft, isNew: boolean, { problems, events }: Texts['endpointForm']): Problems => {
  const numbers = (text: string, from: number, to: number, mayBeEmpty: boolean) => ((mayBeEmpty && text.trim() === '') || isWhole(text, from, to) ? undefined : problems.number(from, to))
  const timeout = draft.timeout.trim().replace(',', '.')
  const waits = waitsOf(draft.retrySchedule)
  return {
    url: draft.url.trim() === '' ? problems.url : undefined,
    events: draft.events.length === 0 ? events.needed : undefined,
    rateLimit: numbers(draft.rateLimit, 1, 2_147_483_647, true),
    maxInFlight: numbers(draft.maxInFlight, 1, 256, false),
    timeoutMs: (isNew && timeout === '') || (/^\d+(\.\d{1,3})?$/.test(timeout) && Number(timeout) >= 1 && Number(timeout) <= 20) ? undefined : problems.number(1, 20),
    maxAttempts: numbers(draft.maxAttempts, 1, 100, isNew),
    retrySchedule: waits === undefined || (!isNew && waits.length === 0) || waits.length > 100 ? problems.schedule : undefined,
    noRetryCodes: codesOf(draft.noRetryCodes).every((code) => Number.isInteger(code) && code >= 400 && code <= 599) ? undefined : problems.codes,
    headers: draft.headers && headerProblems(draft.headers, problems).find((each) => each !== undefined),
    auth: draft.isOauth && (draft.tokenUrl.trim() === '' || draft.clientId.trim() === '') ? problems.tokenUrl : undefined,
  }
}

/** Everything as the API takes it. An empty number of a new endpoint is left out, so that the default holds. */
const inputOf = (draft: Draft): NewEndpoint => {
  const number = (text: string): number | undefined => (text.trim() === '' ? undefined : Number(text.trim().replace(',', '.')))
  const waits = waitsOf(draft.retrySchedule) ?? []
  const seconds = number(draft.timeout)
  return {
    url: draft.url.trim(), name: draft.name.trim(), description: draft.description.trim(), events: draft.events, filter: draft.filter.trim() || null,
    rateLimit: number(draft.rateLimit) ?? null, maxInFlight: number(draft.maxInFlight), timeoutMs: seconds === undefined ? undefined : Math.round(seconds * 1_000), maxAttempts: number(draft.maxAttempts),
    retrySchedule: waits.length > 0 ? waits.map((wait) => ({ seconds: wait })) : undefined, noRetryCodes: codesOf(draft.noRetryCodes),
    ordering: draft.ordering, payloadFormat: draft.payloadFormat, signatureProfile: draft.signatureProfile,
    headers: draft.headers && Object.fromEntries(draft.headers.filter(({ name }) => name.trim() !== '').map(({ name, value }) => [name.trim(), value])),
    auth: draft.isOauth ? { type: 'oauth2', token_url: draft.tokenUrl.trim(), client_id: draft.clientId.trim(), ...(draft.scope.trim() ? { scope: draft.scope.trim() } : {}) } : null,
  }
}

export const newEndpointOf = (draft: Draft): NewEndpoint => {
  const { filter, auth, headers, ...rest } = inputOf(draft)
  return { ...rest, ...(filter === null ? {} : { filter }), ...(auth === null ? {} : { auth }), ...(headers && Object.keys(headers).length > 0 ? { headers } : {}) }
}

/** What was changed alone: whoever changed something else at the same time keeps that. */
export const changesOf = (before: Draft, after: Draft): EndpointChanges => {
  const [old, next] = [inputOf(before), inputOf(after)] as unknown as readonly [Record<string, unknown>, Record<string, unknown>]
  return Object.fromEntries(Object.entries(next).filter(([key, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(old[key])))
}
