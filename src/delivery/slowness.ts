/**
 * Keeps endpoints that hang from taking the places of the process. An endpoint is `quick` once it has answered within two
 * seconds, `slow` when a request of it lasted longer, and `unknown` before. Quick ones are bounded by nothing here; the
 * others share: slow ones three eighths of the places and, with one request each, up to a half; unknown ones begin with
 * two requests each up to a half, and with one up to three quarters, so that a healthy newcomer is heard while a crowd hangs.
 */
import type { Lane } from './lane.ts'
import { createWaiting } from './waiting.ts'

export type Slowness = {
  /** whether the lane may take one more place; if not, it is opened again when there is room */
  readonly admits: (lane: Lane, nowMs: number) => boolean
  readonly started: (lane: Lane) => void
  /** a request has ended after so long; the lane's `sending` is without it */
  readonly ended: (lane: Lane, tookMs: number) => void
}

const QUICK_MS = 2_000
/** Requests of an endpoint that has not answered yet. */
const FIRST_REQUESTS = 2
/** How often requests under way are looked over for such as last too long. */
const SAMPLE_MS = 250

export const createSlowness = (lanes: ReadonlyMap<string, Lane>, places: number, onOpen: (lane: Lane) => void): Slowness => {
  const eighths = (n: number) => Math.max(1, Math.floor((places * n) / 8))
  /** requests of all that are not quick, below which a lane may have several or one */
  const bounds = { slow: { several: eighths(3), one: eighths(4) }, unknown: { several: eighths(4), one: eighths(6) } }
  const waiting = createWaiting<'room'>(onOpen)
  /** requests under way of lanes that are not quick */
  let held = 0
  let sampledMs = -Infinity

  const become = (lane: Lane, speed: Lane['speed']): void => {
    if (lane.speed === speed) return
    if (lane.speed === 'quick') held += lane.sending
    if (speed === 'quick') held -= lane.sending
    lane.speed = speed
  }

  const sample = (nowMs: number): void => {
    if (nowMs - sampledMs < SAMPLE_MS) return
    sampledMs = nowMs
    for (const lane of lanes.values()) if (nowMs - lane.oldestStartMs > QUICK_MS) become(lane, 'slow')
  }

  return {
    admits: (lane, nowMs) => {
      sample(nowMs)
      if (lane.speed === 'quick') return true
      const { several, one } = bounds[lane.speed]
      if (lane.sending === 0 ? held < one : held < several && (lane.speed === 'slow' || lane.sending < FIRST_REQUESTS)) return true
      waiting.add('room', lane)
      return false
    },
    started: (lane) => {
      if (lane.speed !== 'quick') held += 1
    },
    ended: (lane, tookMs) => {
      if (lane.speed !== 'quick') held -= 1
      become(lane, tookMs <= QUICK_MS ? 'quick' : 'slow')
      if (held < bounds.unknown.one) waiting.open('room', 2)
    },
  }
}
