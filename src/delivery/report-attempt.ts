/** Counts and logs an attempt whose result is recorded, or was lost. */
import { describeOutcome, type Outcome } from '../core/outcome.ts'
import type { DueDelivery } from '../database/pages.ts'
import type { AttemptResult } from '../database/results.ts'
import { countAttempt, type Counters } from './counters.ts'
import type { RecordedOrLost } from './recorder.ts'
import type { Log } from './registry-deps.ts'

export const reportAttempt = (log: Log, counters: Counters, due: DueDelivery, result: AttemptResult, recorded: RecordedOrLost, outcome: Outcome): void => {
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
  } else if (recorded.status === 'success') {
    log.debug(line, 'attempt')
  } else {
    log.info(line, 'attempt')
  }
  if (result.errorKind === 'quarantined') log.error(line, 'a delivery was quarantined')
}
