/** Reading events back, as the tests of capture need them. */
import type pg from 'pg'

/** One event; `data` and `previous` are the very texts. */
export type EventRow = {
  readonly type: string
  readonly tenant: string
  readonly resource: string | null
  readonly id: string | null
  readonly data: string
  readonly previous: string | null
  readonly omitted: string | null
}

type Queryable = Pick<pg.Pool, 'query'>

/** Every event in the order of its key, leaving none behind for the next test. */
export const takeEvents = async (db: Queryable): Promise<EventRow[]> => {
  const { rows } = await db.query<EventRow>(`
    with taken as (delete from webhooks.events returning *)
    select type, tenant_id as tenant, resource_type as resource, resource_id as id, data::text, previous::text, data_omitted as omitted
      from taken as e
     order by e.id`)
  return rows
}

/** Events as `type id`, the shortest way to say what happened. */
export const brief = (events: readonly EventRow[]): string[] => events.map(({ type, id }) => `${type} ${id ?? '-'}`)
