/** Starts requests, fairly among lanes and within every bound, and follows each to its recorded result. */
import type { DueDelivery } from '../database/pages.ts'
import { attempt, notSent, type Attempted } from './attempt.ts'
import { createEndpointAnswers } from './endpoint-answers.ts'
import { createGate } from './gate.ts'
import { isNearlySent, waitsForRecords, type Lane } from './lane.ts'
import { used } from './pace.ts'
import { countTenant, occupy, vacate } from './places.ts'
import { began, cameBack } from './probation.ts'
import type { RecordedOrLost } from './recorder.ts'
import type { RegistryDeps } from './registry-deps.ts'
import { reportAttempt } from './report-attempt.ts'
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
  let isPumping = false
  const rests = createRests(deps.stopSignal)

  const answers = createEndpointAnswers(deps)
  const gate = createGate({ ...deps, onOpen: (lane) => schedule(lane) })

  /** One of too many about the same thing: later, and no attempt is spent. */
  const postpone = async (lane: Lane, due: DueDelivery, forMs: number): Promise<Attempted> => {
    counters.postponed += 1
    const minutes = Math.ceil(forMs / 60_000)
    log.warn({ deliveryId: due.id, endpointId: due.endpointId, eventType: due.eventType, minutes }, 'a delivery was postponed: its receiver seems to write back in circles')
    await store.postpone(due, forMs, `Postponed by ${minutes} minutes: more than ${lane.endpoint.circleLimit} of ${due.eventType} about ${due.resourceId} in ten minutes (settings.circle_limit).`)
    return notSent()
  }

  const begin = (lane: Lane, due: DueDelivery, startedMs: number): void => {
    lane.sending += 1
    lane.oldestStartMs = Math.min(lane.oldestStartMs, startedMs)
    lane.busy.set(due.id, startedMs)
    lane.unsure += 1
    if (lane.isReading) lane.startedWhileReading.add(due.id)
    occupy(places, due)
    countTenant(places, due.tenantId, 1)
    gate.started(lane)
    began(lane.probation, due.id)
  }

  /** The request is over, and its lane may send the next; its place in the process is kept until it is recorded. */
  const leave = (lane: Lane, due: DueDelivery, startedMs: number): void => {
    lane.sending -= 1
    countTenant(places, due.tenantId, -1)
    gate.ended(lane, clock.monotonicMs() - startedMs)
    schedule(lane)
  }

  /** Its place is free. @param attempted `undefined` = no request was made */
  const finish = (lane: Lane, due: DueDelivery, attempted: Attempted | undefined): void => {
    const isProof = attempted?.result !== undefined
    if (isProof && attempted.verdict.disable !== undefined) lane.disabledMs = clock.monotonicMs() // or it could not be written, and counts no more
    lane.busy.delete(due.id)
    lane.oldestStartMs = lane.busy.values().next().value ?? Infinity
    vacate(places, due)
    gate.vacated()
    if (cameBack(lane.probation, due.id, isProof)) gate.trust(lane).catch((error: unknown) => log.error({ err: error, endpointId: due.endpointId }, 'the deaths of owners could not be forgotten'))
    if (lane.queue.length === 0 && (lane.hasMore || due.orderKey !== null)) lane.nextReadMs = 0 // the next in order is due now
    schedule(lane)
    deps.onFree(lane)
    if (places.underWay > 0) return
    for (const done of onDrained) done()
    onDrained = []
  }

  const fail = async (lane: Lane, due: DueDelivery, attempted: Attempted | undefined, error: unknown): Promise<void> => {
    counters.failedSteps += 1
    log.error({ err: error, deliveryId: due.id, endpointId: due.endpointId }, 'a step of a delivery failed; what is not recorded will be repeated')
    await rests.rest(due.id)
    finish(lane, due, attempted)
  }

  /** @param afterwards what must wait for the record; `undefined` = nothing */
  const record = (lane: Lane, due: DueDelivery, attempted: Attempted, afterwards: (() => Promise<unknown>) | undefined): void => {
    const result = attempted.result!
    lane.unrecorded += 1
    // The next of an order waits for it, or whoever watches a failing endpoint, or a lane whose owners died, or one whose places are taken by such as this.
    const isUrgent = attempted.verdict.delivery !== 'success' || due.orderKey !== null || lane.probation !== undefined || waitsForRecords(lane)
    const onFailed = (error: unknown) => void fail(lane, due, attempted, error)
    const onUnrecorded = (error: unknown): void => {
      lane.unrecorded -= 1
      onFailed(error)
    }
    const onRecorded = (recorded: RecordedOrLost): void => {
      lane.unrecorded -= 1
      if (recorded !== 'lost' && recorded.status === 'success') lane.unsure -= 1
      reportAttempt(log, counters, due, result, recorded, attempted.outcome)
      if (recorded === 'lost') deps.verify().catch((error: unknown) => log.error({ err: error }, 'lanes could not be verified'))
      rests.forget(due.id)
      if (afterwards === undefined) finish(lane, due, attempted)
      else afterwards().then(() => finish(lane, due, attempted), onFailed)
    }
    deps.recorder.add(result, isUrgent, onRecorded, onUnrecorded)
  }

  /** In the turn in which the answer ends: what starts now can go by the same connection before it has become idle. */
  const onAnswer = (lane: Lane, due: DueDelivery, startedMs: number, attempted: Attempted): void => {
    isScheduled = true // by the last line: lanes that open meanwhile need no turn of their own
    try {
      settle(lane, due, startedMs, attempted)
    } finally {
      pumpNow()
    }
  }

  const settle = (lane: Lane, due: DueDelivery, startedMs: number, attempted: Attempted): void => {
    leave(lane, due, startedMs)
    if (attempted.result === undefined) {
      finish(lane, due, attempted) // stopped by ourselves: handed back as it was
      return
    }
    const applying = answers.apply(lane, attempted)
    if (applying === undefined) {
      record(lane, due, attempted, undefined)
      return
    }
    const onApplied = (afterwards?: () => Promise<unknown>): void => record(lane, due, attempted, afterwards)
    void applying.then(onApplied, (error: unknown) => {
      log.error({ err: error, endpointId: due.endpointId }, 'the state of an endpoint could not be saved')
      onApplied() // the answer counts all the same: asked again it says the same
    })
  }

  const start = (lane: Lane, due: DueDelivery, nowMs: number): void => {
    lane.memory.pace = used(lane.memory.pace, lane.endpoint.rateLimit, nowMs)
    if (isNearlySent(lane)) lane.nextReadMs = 0
    begin(lane, due, nowMs)
    const onEnd = (attempted: Attempted): void => onAnswer(lane, due, nowMs, attempted)
    const onError = (error: unknown): void => {
      leave(lane, due, nowMs)
      void fail(lane, due, undefined, error)
    }
    const make = (end: (attempted: Attempted) => void): void => attempt(deps, lane.endpoint, due, gate.optionsFor(lane), end)
    if (lane.probation?.isSuspect === true) {
      gate.attemptSuspect(lane, due, () => new Promise(make)).then(onEnd, onError)
      return
    }
    const postponedMs = deps.circles.turn(due, lane.endpoint.circleLimit, nowMs)
    if (postponedMs > 0) postpone(lane, due, postponedMs).then(onEnd, onError)
    else make(onEnd)
  }

  const pumpNow = (): void => {
    isScheduled = false
    if (isPumping || !deps.isRunning()) return // one that ends before it was sent: whoever pumps goes on
    isPumping = true
    try {
      pumpAll()
    } finally {
      isPumping = false
    }
  }

  const pumpAll = (): void => {
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
