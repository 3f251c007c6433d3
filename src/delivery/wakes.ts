/** Wake-ups for what will be due: in a timer of this process when it is soon, else as a job that whoever is there will get. */
import type { LaneStore } from './registry-deps.ts'

export type WakesDeps = {
  readonly scheduleWakes: LaneStore['scheduleWakes']
  /** the time has come */
  readonly onTime: (endpointId: string) => void
  readonly onTrouble: (error: unknown) => void
}

export type Wakes = {
  readonly later: (endpointId: string, inMs: number) => void
  /** the lane is in somebody's hands: its timer is needed no more */
  readonly forget: (endpointId: string) => void
  /** stops every timer, and takes no more wake-ups; gives the endpoints that had one */
  readonly stop: () => string[]
}

/** What is due within this time waits in a timer; later work leaves a job. */
const TIMER_MS = 5_000

export const createWakes = ({ scheduleWakes, onTime, onTrouble }: WakesDeps): Wakes => {
  const timers = new Map<string, NodeJS.Timeout>()
  let isStopped = false

  const forget = (endpointId: string): void => {
    clearTimeout(timers.get(endpointId))
    timers.delete(endpointId)
  }

  return {
    forget,
    later: (endpointId, inMs) => {
      if (isStopped) return
      if (inMs > TIMER_MS) {
        scheduleWakes([{ endpointId, inMs }]).catch(onTrouble)
        return
      }
      forget(endpointId)
      timers.set(endpointId, setTimeout(() => {
        timers.delete(endpointId)
        onTime(endpointId)
      }, Math.max(0, inMs)))
    },
    stop: () => {
      isStopped = true
      const waiting = [...timers.keys()]
      for (const endpointId of waiting) forget(endpointId)
      return waiting
    },
  }
}
