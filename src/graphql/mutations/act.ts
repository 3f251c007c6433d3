/** What the mutations have in common: each is one transaction that calls one SQL function. */
import type { PgClient } from 'postgraphile/@dataplan/pg'
import type { AddressPolicy } from '../../core/address.ts'
import type { Keyring } from '../../core/sealing.ts'
import type { Ask } from '../../database/secrets.ts'

/** Arguments as GraphQL has checked and coerced them; `tenantId` is an argument of every mutation. */
export type Args = Readonly<Record<string, unknown>>

/** What the payload's fields are read from: `endpointId`, `deliveryId`, `eventId` lead to `endpoint`, `delivery`, `event`. */
export type Result = Readonly<Record<string, unknown>>

export type ActDeps = { readonly policy: AddressPolicy; readonly keyring: Keyring }

export type Act = {
  /** of the mutation; its payload is `<Name>Payload` */
  readonly name: string
  readonly description: string
  /** arguments in SDL, without `tenantId` */
  readonly args: string
  /** fields of the payload in SDL */
  readonly payload: string
  /** true for what concerns all tenants, and so has no `tenantId`: only an operator of all may */
  readonly isOfAll?: true
  /** the SQL function that decides whether the caller may, for `me { permissions }` */
  readonly calls: string
  readonly run: (client: PgClient, args: Args, deps: ActDeps) => Promise<Result>
}

/** The only row that a call gives. */
export const callOne = async (client: PgClient, text: string, values: readonly unknown[]): Promise<Record<string, unknown>> => {
  const { rows } = await client.query<Record<string, unknown>>({ text, values: [...values] })
  const [row] = rows
  if (row === undefined) throw new Error('A function that gives one row gave none.')
  return row
}

/** The client as modules of queries take one. */
export const asker = (client: PgClient): Ask => async (text, values) => (await client.query<Record<string, unknown>>({ text, values: [...values] })).rows

const units = ['years', 'months', 'days', 'hours', 'minutes', 'seconds'] as const

/** GraphQL's interval, an object of units, as PostgreSQL reads it. Null stays null. */
export const asInterval = (interval: unknown): string | null => {
  if (interval === null || interval === undefined) return null
  const given = interval as Readonly<Record<string, number | null>>
  const text = units.flatMap((unit) => (typeof given[unit] === 'number' ? [`${given[unit]} ${unit}`] : [])).join(' ')
  return text === '' ? '0' : text
}

const asSnake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

/** Columns by their names in SQL: what is not given stays out, null is null, and these fields hold intervals. */
export const columnsOf = (input: unknown, intervals: readonly string[] = []): Args => {
  const read = (value: unknown) => (Array.isArray(value) ? value.map(asInterval) : asInterval(value))
  return Object.fromEntries(Object.entries(input as Args).map(([name, value]) => [asSnake(name), intervals.includes(name) ? read(value) : value]))
}

/** The same as the SQL functions take them. */
export const asColumns = (input: unknown, intervals?: readonly string[]): string => JSON.stringify(columnsOf(input, intervals))
