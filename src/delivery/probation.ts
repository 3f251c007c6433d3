/**
 * A lane whose owner died is on probation, until what may have killed it has come back. What was under way then comes first, as
 * the earliest due; twice as many as there can have been covers what has become due earlier since.
 */
import type { LaneEndpoint } from '../database/lane-endpoints.ts'

export type Probation = {
  /** after the second death in a row: sends one by one, each committed as suspect before its request */
  readonly isSuspect: boolean
  /** deliveries still to start */
  toStart: number
  /** started, and not come back */
  readonly underWay: Set<string>
}

/** From the second death of an owner on a lane sends one by one. */
const SUSPECT_AFTER = 2

/**
 * Requests of an endpoint that are on the wire, or answered and not recorded, are at most so many times its `max_in_flight`: a death of this
 * process repeats them. With fewer it would wait for the database after every few; with sixteen times as many none was faster beyond noise.
 */
const UNSETTLED_EACH = 4

export const unsettledAtMost = ({ maxInFlight }: Pick<LaneEndpoint, 'maxInFlight'>): number => UNSETTLED_EACH * maxInFlight

/** `undefined`: nothing is held against the lane. */
export const createProbation = (endpoint: LaneEndpoint): Probation | undefined =>
  endpoint.crashes === 0 ? undefined : { isSuspect: endpoint.crashes >= SUSPECT_AFTER, toStart: 2 * unsettledAtMost(endpoint), underWay: new Set() }

export const began = (probation: Probation | undefined, deliveryId: string): void => {
  if (probation === undefined || probation.toStart === 0) return
  probation.toStart -= 1
  probation.underWay.add(deliveryId)
}

/**
 * Notes that a delivery came back.
 * @param isProof whether its request was made: one that we stopped ourselves proves nothing
 * @returns whether the probation is passed
 */
export const cameBack = (probation: Probation | undefined, deliveryId: string, isProof: boolean): boolean => {
  if (probation === undefined || !probation.underWay.delete(deliveryId)) return false
  if (!isProof) probation.toStart += 1
  return probation.toStart === 0 && probation.underWay.size === 0
}
