/** The circuit breaker of an endpoint: when to stop asking, and when to try again. Pure: state in, state out. */
import type { CircuitRules } from '../database/lane-endpoints.ts'

/** `half-open`: one probe is under way or may start. */
export type Circuit = {
  readonly state: 'closed' | 'open' | 'half-open'
  /** openings since the last success: each doubles the pause */
  readonly openings: number
  readonly consecutiveFailures: number
  /** the last 20 answers, newest first, a bit each: 1 = failure */
  readonly recent: number
  readonly answers: number
}

const WINDOW = 20
const WINDOW_MASK = (1 << WINDOW) - 1

const countOnes = (bits: number): number => {
  let ones = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) ones += 1
  return ones
}

export const closedCircuit = (consecutiveFailures = 0): Circuit => ({ state: 'closed', openings: 0, consecutiveFailures, recent: 0, answers: 0 })

/** A circuit as a former owner left it: what was open is half-open by now, since its hold has ended. */
export const circuitFrom = (state: Circuit['state'], openings: number, consecutiveFailures: number): Circuit =>
  state === 'closed' ? closedCircuit(consecutiveFailures) : { state: 'half-open', openings, consecutiveFailures, recent: 0, answers: 0 }

/** A closed circuit that this process remembers. Another worker may have seen successes since: then its failures in a row are history. */
export const circuitRemembered = (known: Circuit, consecutiveFailures: number): Circuit => ({
  ...known,
  consecutiveFailures: Math.min(known.consecutiveFailures, consecutiveFailures),
})

/** Requests that may be under way at once. */
export const admitted = (circuit: Circuit, maxInFlight: number): number => (circuit.state === 'closed' ? maxInFlight : circuit.state === 'half-open' ? 1 : 0)

/**
 * Counts an answer.
 * @param failed whether it says that the endpoint is in trouble: no answer, 408, 429, 5xx; a refusal of one message does not
 */
export const counted = (circuit: Circuit, failed: boolean, rules: CircuitRules): Circuit => {
  if (circuit.state === 'open') return circuit // requests that were under way when it opened decide nothing; the probe does
  if (!failed) {
    if (circuit.state !== 'closed') return closedCircuit()
    return { ...circuit, openings: 0, consecutiveFailures: 0, recent: (circuit.recent << 1) & WINDOW_MASK, answers: Math.min(circuit.answers + 1, WINDOW) }
  }
  const consecutiveFailures = circuit.consecutiveFailures + 1
  const recent = ((circuit.recent << 1) | 1) & WINDOW_MASK
  const answers = Math.min(circuit.answers + 1, WINDOW)
  const trips = circuit.state === 'half-open' || consecutiveFailures >= rules.failures || (answers === WINDOW && countOnes(recent) / WINDOW >= rules.failureRate)
  return trips
    ? { state: 'open', openings: circuit.openings + 1, consecutiveFailures, recent: 0, answers: 0 }
    : { ...circuit, consecutiveFailures, recent, answers }
}

/** How long an open circuit lets nothing through, in milliseconds. */
export const openForMs = (circuit: Circuit, rules: CircuitRules): number => Math.min(rules.openMaxMs, rules.openMinMs * 2 ** Math.min(30, Math.max(0, circuit.openings - 1)))
