/** What a case of an event type is: the write that makes the event, and the data that it must have. */
import type { Shop, Table } from '../shop.ts'

/** A row as Postgres prints it in JSON. */
export type Row = Readonly<Record<string, unknown>>

export type Case = {
  readonly type: string
  readonly table: Table
  /** one statement; an insert is given without `returning` */
  readonly write: (shop: Shop) => string
  /** the event's data, from the written row (a deleted one as it was) */
  readonly data: (row: Row, shop: Shop) => Row
  /** whose event it is, where not the shop's */
  readonly tenant?: (shop: Shop) => string
  /** what it is about, where not the written row */
  readonly resource?: (shop: Shop) => { readonly type: string; readonly id: string }
}

/** Some fields of a row beside those that are given. */
export const pick = (row: Row, given: Row, ...fields: string[]): Row => ({ ...given, ...Object.fromEntries(fields.map((field) => [field, row[field]])) })

/** A row without some of its fields. */
export const omit = (row: Row, ...fields: string[]): Row => Object.fromEntries(Object.entries(row).filter(([field]) => !fields.includes(field)))

/** An update that moves the shop's row of a table into another status. */
export const setStatus = (table: Table, status: string, more = '') => (shop: Shop) =>
  `update ${table} set status = '${status}'${more} where id = ${shop[table]}`

/** The transitions whose data are the row. */
export const transition = (type: string, table: Table, money: Row): Case => {
  const status = type.split('.')[1]!
  return { type, table, write: setStatus(table, status), data: (row) => ({ ...row, ...money, status }) }
}
