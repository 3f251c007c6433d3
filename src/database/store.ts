/** What time does to rows of the sample store. Where that is not migrated (`--core-only`), nothing happens. */
import type pg from 'pg'

/** A database may lack the store, or have functions of the same names that are none of ours. */
const callIfOurs = async (client: pg.ClientBase, procedure: string): Promise<number> => {
  const { rows } = await client.query<{ ours: boolean | null }>(
    `select has_function_privilege(to_regprocedure($1 || '(timestamptz)'), 'execute') as ours`,
    [procedure],
  )
  if (rows[0]?.ours !== true) return 0
  const { rows: done } = await client.query<{ count: number }>(`select ${procedure}()::integer as count`)
  return done[0]?.count ?? 0
}

/** Marks the open credits whose time is up. @returns how many there were */
export const markOverdueCredits = (client: pg.ClientBase): Promise<number> => callIfOurs(client, 'public.mark_overdue_credits')

/** Marks the active subscriptions whose period has ended. @returns how many there were */
export const expireSubscriptions = (client: pg.ClientBase): Promise<number> => callIfOurs(client, 'public.expire_subscriptions')
