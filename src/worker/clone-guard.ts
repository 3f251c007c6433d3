/** Keeps a worker from delivering out of a copy of its database. */
import type { Arming } from '../database/arming.ts'
import type { Clock } from '../delivery/clock.ts'
import type { Log } from '../delivery/registry-deps.ts'

export type CloneGuardDeps = {
  readonly clock: Clock
  readonly log: Log
  readonly check: () => Promise<Arming>
}

export type CloneGuard = {
  readonly isArmed: () => boolean
  /** asks now: before lanes are taken, since the connection may lead to another database than the last one */
  readonly check: () => Promise<void>
  /** asks if it is time to; for a round that comes every second */
  readonly pulse: () => Promise<void>
}

const PULSE_MS = 10_000
/** Asked in every round, so that rowhook arm shows its effect at once. */
const DISARMED_MS = 900

/** Disarmed until the first answer. */
export const createCloneGuard = ({ clock, log, check: ask }: CloneGuardDeps): CloneGuard => {
  let known: Arming | undefined
  let askedMs = -Infinity

  const check = async (): Promise<void> => {
    askedMs = clock.monotonicMs()
    const arming = await ask()
    if (!arming.armed && known?.reason !== arming.reason) {
      log.error({ reason: arming.reason }, 'this database may be a copy, and nothing is delivered until somebody says: rowhook arm')
    }
    if (arming.armed && known?.armed === false) log.info({}, 'this database is armed; delivering')
    known = arming
  }

  return {
    isArmed: () => known?.armed === true,
    check,
    pulse: () => (clock.monotonicMs() - askedMs >= (known?.armed === true ? PULSE_MS : DISARMED_MS) ? check() : Promise.resolve()),
  }
}
