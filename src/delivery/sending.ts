/** Starts requests, fairly among lanes and within every bound, and follows each to its recorded result. */
import { describeOutcome, type Outcome } from '../core/outcome.ts'
import type { Verdict } from '../core/verdict.ts'
import type { DueDelivery } from '../database/pages.ts'
import type { AttemptResult } from '../database/results.ts'
import { attempt, notSent, unsent, type Attempted } from './attempt.ts'
import { countAttempt } from './counters.ts'
import { counted, openForMs } from './circuit.ts'
import { createGate } from './gate.ts'
import { isNearlySent, type Lane } from './lane.ts'
import { used } from './pace.ts'
import { countTenant, occupy, vacate } from './places.ts'
import { began, cameBack } from './probation.ts'
import type { RecordedOrLost } from './recorder.ts'
import type { RegistryDeps } from './registry-deps.ts'
import { createRests } from './rests.ts'

export type SendingDeps = RegistryDeps & {
  readonly lanes: ReadonlyMap<string, Lane>
  readonly stopSignal: AbortSignal
  readonly isRunning: () => boolean
  /** a result is recorded: the lane may be read again, or be empty */
  readonly onFree: (lane: Lane) => void
  /** a lane's page is too old and must be read again */
  readonly onStale: () => void
  /** a result was lost to another writer: are the lanes still ours? */
  readonly verify: () => Promise<void>
}

export type Sending = {
  /** starts what can start, on these lanes and on those that waited */
  readonly pump: (changed?: Iterable<Lane>) => void
  /** resolves when nothing is under way */
  readonly drain: () => Promise<void>
}

export const createSending = (deps: SendingDeps): Sending => {
  const { clock, store, places, log, counters } = deps
  const ready = new Set<Lane>()
  let onDrained: (() => void)[] = []
  let isScheduled = false
  const rests = createRests(deps.stopSignal)

  const gate = createGate({ ...deps, onOpen: (lane) => schedule(lane) })

  /**
   * Applies what an answer means for the endpoint before its delivery is recorded: no other request may start in between.
   * @returns what must wait for the record: disabling cancels what is open, and this delivery still is; `undefined`: the answer means nothing for it
   */
  const applyToEndpoint = (lane: Lane, { verdict, isTrouble }: Attempted): Promise<() => Promise<unknown>> | undefined => {
    const before = lane.circuit
    lane.circuit = counted(before, isTrouble, lane.endpoint.circuitRules)
    const isNews = before.state !== lane.circuit.state || verdict.holdSeconds !== undefined || verdict.disable !== undefined
    return isNews ? tellEndpoint(lane, before, verdict) : undefined
  }

  const tellEndpoint = async (lane: Lane, before: Lane['circuit'], verdict: Verdict): Promise<() => Promise<unknown>> => {
    const { id, circuitRules } = lane.endpoint
    const work: Promise<unknown>[] = []
    let isOpened = false
    const hold = (forMs: number) => {
      lane.heldUntilMs = Math.max(lane.heldUntilMs, clock.monotonicMs() + forMs)
      lane.queue = []
    }
    if (before.state !== lane.circuit.state) {
      const { state, openings } = lane.circuit
      const pauseMs = state === 'open' ? openForMs(lane.circuit, circuitRules) : 0
      work.push(store.saveCircuit(id, state === 'open' ? 'open' : 'closed', openings, pauseMs))
      log.warn({ endpointId: id, circuit: state, openings }, 'circuit changed')
      if (state === 'open') {
        hold(pauseMs)
        isOpened = openings === 1 // a probe that fails is no news
      }
    }
    if (verdict.holdSeconds !== undefined) {
      hold(verdict.holdSeconds * 1000)
      work.push(store.holdLane(id, verdict.holdSeconds * 1000, 'retry-after'))
    }
    if (verdict.disable !== undefined) {
      lane.endpoint = { ...lane.endpoint, maySend: false }
      lane.disabledMs = Infinity
      lane.queue = []
      log.warn({ endpointId: id, reason: verdict.disable }, 'endpoint disabled')
    }
    await Promise.all(work)
    return async () => {
      if (isOpened) await store.onCircuitOpen(id)
      if (verdict.disable !== undefined) await store.disableEndpoint(id, verdict.disable)
    }
  }

  const report = (due: DueDelivery, result: AttemptResult, recorded: RecordedOrLost, outcome: Outcome): void => {
    countAttempt(counters, due, result, recorded)
    // Nearly all of them, and nobody reads them: even the fields of a line that is not written would take half a microsecond.
    if (recorded !== 'lost' && recorded.status === 'success' && log.isLevelEnabled?.('debug') === false) return
    const line = {
      deliveryId: due.id,
      eventId: due.eventId,
      eventType: due.eventType,
      endpointId: due.endpointId,
      tenantId: due.tenantId,
      attempt: due.attempts + 1,
      status: recorded === 'lost' ? 'lost' : recorded.status,
      answer: describeOutcome(outcome),
      durationMs: result.durationMs,
      ageMs: Math.round(result.startedAtMs - due.occurredAtMs),
    }
    if (recorded === 'lost') {
      log.warn(line, 'attempt lost to another writer')
      deps.verify().catch((error: unknown) => log.error({ err: error }, 'lanes could not be verified'))
    } else if (recorded.status === 'success') {
      log.debug(line, 'attempt')
    } else {
      log.info(line, 'attempt')
    }
    if (result.errorKind === 'quarantined') log.error(line, 'a delivery was quarantined')
  }

  /** One of too many about the same thing: later, and no attempt is spent. */
  const postpone = async (lane: Lane, due: DueDelivery, forMs: number): Promise<Attempted> => {
    counters.postponed += 1
    const minutes = Math.ceil(forMs / 60_000)
    log.warn({ deliveryId: due.id, endpointId: due.endpointId, eventType: due.eventType, minutes }, 'a delivery was postponed: its receiver seems to write back in circles')
    await store.postpone(due, forMs, `Postponed by ${minutes} minutes: more than ${lane.endpoint.circleLimit} of ${due.eventType} about ${due.resourceId} in ten minutes (settings.circle_limit).`)
    return notSent()
  }

  const attemptSafely = (lane: Lane, due: DueDelivery): Promise<Attempted> => {
    const postponedMs = deps.circles.turn(due, lane.endpoint.circleLimit, clock.monotonicMs())
    return postponedMs > 0 ? postpone(lane, due, postponedMs) : attemptUnlessABug(lane, due)
  }

  const attemptUnlessABug = (lane: Lane, due: DueDelivery): Promise<Attempted> =>
    attempt(deps, lane.endpoint, due, gate.optionsFor(lane)).catch((error: unknown) => {
      log.error({ err: error, deliveryId: due.id, endpointId: due.endpointId }, 'a request could not be made')
      const reason = `The request could not be made: ${error instanceof Error ? error.message : String(error)}`
      return unsent(due, { delivery: 'retry', reason }, 'internal', clock.epochMs())
    })

  const follow = async (lane: Lane, due: DueDelivery): Promise<void> => {
    const startedMs = clock.monotonicMs()
    lane.sending += 1
    lane.oldestStartMs = Math.min(lane.oldestStartMs, startedMs)
    lane.busy.set(due.id, startedMs)
    lane.unsure += 1
    if (lane.isReading) lane.startedWhileReading.add(due.id)
    occupy(places, due)
    countTenant(places, due.tenantId, 1)
    gate.started(lane)
    began(lane.probation, due.id)
    let isProof = false
    let isDisabling = false
    try {
      let attempted: Attempted
      try {
        attempted = await (lane.probation?.isSuspect === true ? gate.attemptSuspect(lane, due, () => attemptUnlessABug(lane, due)) : attemptSafely(lane, due))
      } finally {
        lane.sending -= 1
        countTenant(places, due.tenantId, -1)
        gate.ended(lane, clock.monotonicMs() - startedMs)
      }
      const { result, outcome } = attempted
      if (result === undefined) return // stopped by ourselves: handed back as it was
      isProof = true
      isDisabling = attempted.verdict.disable !== undefined
      // The answer counts even where what it means for the endpoint could not be saved: asked again it says the same.
      const afterwards = await applyToEndpoint(lane, attempted)?.catch((error: unknown) => log.error({ err: error, endpointId: due.endpointId }, 'the state of an endpoint could not be saved'))
      // The next of an order waits for it, or whoever watches a failing endpoint, or a lane whose owners died.
      const isUrgent = attempted.verdict.delivery !== 'success' || due.orderKey !== null || lane.probation !== undefined
      const recorded = await deps.recorder.add(result, isUrgent)
      if (recorded !== 'lost' && recorded.status === 'success') lane.unsure -= 1
      report(due, result, recorded, outcome)
      rests.forget(due.id)
      await afterwards?.()
    } catch (error) {
      counters.failedSteps += 1
      log.error({ err: error, deliveryId: due.id, endpointId: due.endpointId }, 'a step of a delivery failed; what is not recorded will be repeated')
      await rests.rest(due.id)
    } finally {
      if (isDisabling) lane.disabledMs = clock.monotonicMs() // or it could not be written, and counts no more
      lane.busy.delete(due.id)
      lane.oldestStartMs = lane.busy.values().next().value ?? Infinity
      vacate(places, due)
      gate.vacated()
      if (cameBack(lane.probation, due.id, isProof)) gate.trust(lane).catch((error: unknown) => log.error({ err: error, endpointId: due.endpointId }, 'the deaths of owners could not be forgotten'))
      if (lane.queue.length === 0 && (lane.hasMore || due.orderKey !== null)) lane.nextReadMs = 0 // the next in order is due now
      schedule(lane)
      deps.onFree(lane)
      if (places.underWay === 0) {
        for (const done of onDrained) done()
        onDrained = []
      }
    }
  }

  const start = (lane: Lane, due: DueDelivery, nowMs: number): void => {
    lane.memory.pace = used(lane.memory.pace, lane.endpoint.rateLimit, nowMs)
    if (isNearlySent(lane)) lane.nextReadMs = 0
    void follow(lane, due)
  }

  const pumpNow = (): void => {
    isScheduled = false
    if (!deps.isRunning()) return
    let progressed = true
    while (ready.size > 0 && progressed) {
      progressed = false
      const nowMs = clock.monotonicMs()
      for (const lane of ready) {
        const [due] = lane.queue
        const answer = due === undefined ? 'closed' : gate.ask(lane, due, nowMs)
        if (answer === 'full') return // nobody gets a place now; whoever ends a request pumps again
        if (answer === 'closed') ready.delete(lane)
        else {
          lane.queue.shift()
          start(lane, due!, nowMs)
          progressed = true
        }
      }
    }
  }

  const schedule = (lane?: Lane): void => {
    if (lane !== undefined && lane.queue.length > 0) ready.add(lane)
    if (isScheduled) return
    isScheduled = true
    queueMicrotask(pumpNow)
  }

  return {
    pump: (changed = deps.lanes.values()) => {
      for (const lane of changed) if (lane.queue.length > 0) ready.add(lane)
      pumpNow()
    },
    drain: () => (places.underWay === 0 ? Promise.resolve() : new Promise((resolve) => onDrained.push(resolve))),
  }
}
