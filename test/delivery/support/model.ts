/** What the model-based test knows of the world: endpoints, what was committed, and every request that came. */
import type pg from 'pg'
import type { Engine, Hook } from './engine.ts'
import { verifySignature } from './verify-signature.ts'

/** How a receiver answers. */
export type Mode = 'ok' | 'slow' | 'error' | 'refuse' | 'reset'

/** One request, as the receiver saw it. */
export type Entry = { readonly eventId: string; readonly body: string; readonly atMs: number; readonly status: number | undefined; readonly isSigned: boolean }

/** An endpoint as the model sees it. */
export type Known = {
  readonly hook: Hook
  mode: Mode
  isActive: boolean
  isPaused: boolean
  /** every mode but ok and slow may end a delivery as failed */
  wasBroken: boolean
  /** it was disabled, or something was cancelled by hand */
  mayBeCancelled: boolean
  /** events that it must have got a delivery for */
  readonly expected: Set<string>
  readonly secrets: string[]
  readonly ledger: Entry[]
  /** spans in which nothing may start, from a second after the commit of a pause or disable */
  readonly silences: { fromMs: number; untilMs: number }[]
}

/** A transaction with events that is still open. */
export type OpenTransaction = { readonly client: pg.Client; readonly tenant: string; readonly eventIds: string[]; readonly matched: readonly Known[] }

export type World = {
  readonly engine: Engine
  readonly endpoints: readonly Known[]
  readonly open: OpenTransaction[]
  /** committed events by tenant */
  readonly committed: Map<string, Set<string>>
  kills: number
}

const answerOf: Readonly<Record<Mode, number | undefined>> = { ok: 200, slow: 200, error: 500, refuse: 400, reset: undefined }

const secretOf = async (engine: Engine, endpointId: string): Promise<string> =>
  (await engine.db.pool.query<{ secret: string }>('select webhooks.reveal_secret($1) as secret', [endpointId])).rows[0]!.secret

const createKnown = async (engine: Engine, columns: Record<string, unknown>): Promise<Known> => {
  const hook = await engine.hook({ max_attempts: 3, retry_schedule: '{10 milliseconds}', ...columns })
  const known: Known = {
    hook, mode: 'ok', isActive: true, isPaused: false, wasBroken: false, mayBeCancelled: false,
    expected: new Set(), secrets: [await secretOf(engine, hook.endpointId)], ledger: [], silences: [],
  }
  hook.respond(async (request, _, response) => {
    const status = answerOf[known.mode]
    const isSlow = known.mode === 'slow'
    known.ledger.push({
      eventId: String(request.headers['webhook-id']), body: request.body.toString(), atMs: request.receivedAtMs, status,
      isSigned: verifySignature(known.secrets, request),
    })
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, 60))
    if (status !== undefined) return status
    response.destroy()
    return undefined
  })
  return known
}

let worlds = 0

/** Two tenants: one with an endpoint for all and one in order of resources, the other with one in strict order. */
export const createWorld = async (engine: Engine): Promise<World> => {
  const [one, two] = [`world ${++worlds} one`, `world ${worlds} two`]
  const endpoints = [
    await createKnown(engine, { tenant_id: one, max_in_flight: 5 }),
    await createKnown(engine, { tenant_id: one, ordering: 'resource' }),
    await createKnown(engine, { tenant_id: two, ordering: 'endpoint' }),
  ]
  return { engine, endpoints, open: [], committed: new Map([[one, new Set()], [two, new Set()]]), kills: 0 }
}

/** Opens or closes a span of silence, as the endpoint's state now asks for. */
export const noteState = (known: Known, atMs: number): void => {
  const last = known.silences.at(-1)
  const isSilent = !known.isActive || known.isPaused
  if (isSilent && (last === undefined || last.untilMs < Infinity)) known.silences.push({ fromMs: atMs, untilMs: Infinity })
  if (!isSilent && last !== undefined && last.untilMs === Infinity) last.untilMs = atMs
}
