/** Retention: partitions ahead, what expires, partitions past their time, and the pruning of small tables. */
import type pg from 'pg'
import { setTimeout as sleep } from 'node:timers/promises'

const parents = ['events', 'deliveries', 'attempts'] as const
type Parent = (typeof parents)[number]

export type LogPartition = {
  readonly parent: Parent
  readonly name: string
  /** `null`: from the beginning, or to the end of time */
  readonly starts: Date | null
  readonly ends: Date | null
  /** as the last ANALYZE counted */
  readonly estimatedRows: number
  readonly bytes: number
  /** when it is dropped, if nothing in it is open then; `null`: never */
  readonly dropAt: Date | null
  readonly isPast: boolean
}

/** Every partition of the log tables, by table and time. */
export const listPartitions = async (client: pg.ClientBase | pg.Pool, asOf = new Date()): Promise<LogPartition[]> => {
  const { rows } = await client.query<LogPartition>(
    `select parent, name, starts, ends, estimated_rows::double precision as "estimatedRows", bytes::double precision as bytes,
            drop_at as "dropAt", is_past as "isPast"
       from webhooks_private.log_partitions($1)`,
    [asOf],
  )
  return rows
}

export type Maintained = {
  /** partitions */
  readonly made: string[]
  readonly dropped: string[]
  /** tables whose partitions could not be made or dropped now, because somebody held them all the time */
  readonly postponed: string[]
  /** deliveries */
  readonly expiredOpen: number
  readonly expiredDeadLetters: number
  /** rows of the small tables, by table; tables without any are left out */
  readonly pruned: Readonly<Record<string, number>>
}

export type MaintainOptions = {
  /** the time that it is; now by default */
  readonly asOf?: Date
  /** tries for each lock; the pauses between them add up to about 10 s */
  readonly tries?: number
  /** after each step that had a table for itself, so that who queued behind it gets on before the next; 250 ms by default */
  readonly breathMs?: number
}

/** Writers that come after us wait no longer than this. */
const LOCK_TIMEOUT = '150ms'
const TRIES = 15
const BATCH = 5_000
const BREATH_MS = 250

/** Somebody held the table for too long, or a deadlock was broken. */
const isBusy = (error: unknown): boolean => ['55P03', '40P01'].includes((error as { code?: string }).code ?? '')

/** Runs a statement that needs a table for itself, again and again, so that nobody ever queues behind it for long. */
const withShortLocks = async (client: pg.ClientBase, tries: number, text: string, values: unknown[]): Promise<string[] | 'busy'> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query('begin')
      await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
      const { rows } = await client.query<{ name: string }>(text, values)
      await client.query('commit')
      return rows.map(({ name }) => name)
    } catch (error) {
      await client.query('rollback')
      if (!isBusy(error)) throw error
      if (attempt >= tries) return 'busy'
      await sleep(Math.min(100 * attempt, 1_000) * (0.5 + Math.random()))
    }
  }
}

/** Calls a function that does a batch and says how much, until it did less. */
const inBatches = async (batch: () => Promise<number>): Promise<number> => {
  let total = 0
  for (;;) {
    const done = await batch()
    total += done
    if (done < BATCH) return total
  }
}

const prune = async (client: pg.ClientBase, asOf: Date): Promise<Record<string, number>> => {
  const removed: Record<string, number> = {}
  await inBatches(async () => {
    const { rows } = await client.query<{ what: string; removed: number }>('select what, removed::integer from webhooks_private.prune($1, $2)', [asOf, BATCH])
    for (const row of rows) if (row.removed > 0) removed[row.what] = (removed[row.what] ?? 0) + row.removed
    return Math.max(...rows.map((row) => row.removed))
  })
  return removed
}

/**
 * Does all that time makes due: partitions are made ahead, old dead letters and long-open deliveries expire, partitions
 * past their retention are dropped, small tables are pruned. Two calls at once follow one another; a second one does nothing.
 * @param client a connection as rowhook_owner, outside a transaction
 */
export const maintainPartitions = async (client: pg.ClientBase, { asOf = new Date(), tries = TRIES, breathMs = BREATH_MS }: MaintainOptions = {}): Promise<Maintained> => {
  const made: string[] = []
  const dropped: string[] = []
  const postponed: string[] = []
  const note = async (parent: Parent, names: string[] | 'busy', list: string[]) => {
    if (names === 'busy') postponed.push(parent)
    else list.push(...names)
    if (names.length > 0) await sleep(breathMs)
  }
  const expire = (name: 'expire_open' | 'expire_dead_letters') =>
    inBatches(async () => {
      const { rows } = await client.query<{ count: number }>(`select webhooks_private.${name}($1, $2) as count`, [asOf, BATCH])
      return rows[0]?.count ?? 0
    })

  await client.query(`select pg_advisory_lock(hashtextextended('rowhook:retention', 0))`)
  try {
    for (const parent of parents) {
      await note(parent, await withShortLocks(client, tries, 'select name from webhooks_private.make_partitions($1, 8, array[$2]) as m (name)', [asOf, parent]), made)
    }
    const expiredDeadLetters = await expire('expire_dead_letters')
    await client.query('select webhooks_private.warn_of_expiry($1)', [asOf])
    const expiredOpen = await expire('expire_open')
    // Attempts first and events last, so that no row is left without what it belongs to.
    for (const parent of parents.toReversed()) {
      await note(parent, await withShortLocks(client, tries, 'select name from webhooks_private.drop_partitions($1, $2) as d (name)', [parent, asOf]), dropped)
    }
    await client.query('select webhooks_private.warn_of_expiry($1)', [asOf])
    return { made, dropped, postponed: [...new Set(postponed)], expiredOpen, expiredDeadLetters, pruned: await prune(client, asOf) }
  } finally {
    await client.query(`select pg_advisory_unlock(hashtextextended('rowhook:retention', 0))`)
  }
}
