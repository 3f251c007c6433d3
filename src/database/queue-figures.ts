/** The queue in figures, as metrics show it. Costs some milliseconds, whatever the size of the log. */
import type pg from 'pg'

export type QueueFigures = {
  /** due and not sent yet; 10,000 means that many or more, as with dead letters */
  readonly due: number
  readonly dueAgeSeconds: number
  readonly deadLetters: number
  /** endpoints by the state of their circuit: `open`, `half-open`; the others are closed */
  readonly circuits: Readonly<Record<string, number>>
  /** lanes that are held: a circuit, Retry-After, a rate */
  readonly held: number
  readonly workersAlive: number
  readonly workersSilent: number
  readonly alertsOpen: Readonly<Record<string, number>>
  readonly endpointsActive: number
  readonly sending: boolean
}

export const readQueueFigures = async (pool: pg.Pool): Promise<QueueFigures> => {
  const { rows } = await pool.query<QueueFigures>(
    `select due::integer, due_age_seconds as "dueAgeSeconds", dead_letters::integer as "deadLetters", circuits, held::integer,
            workers_alive::integer as "workersAlive", workers_silent::integer as "workersSilent", alerts_open as "alertsOpen",
            endpoints_active::integer as "endpointsActive", sending
       from webhooks_private.queue_figures()`,
  )
  return rows[0]!
}
