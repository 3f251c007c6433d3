/** A tenant's rate, shared by all workers: slots are reserved in the database up to a second ahead, one update for many requests. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './clock.ts'

export type TenantPaceDeps = {
  readonly clock: Clock
  readonly reserve: (tenantId: string, slots: number, perMinute: number) => Promise<{ readonly granted: number; readonly waitMs: number }>
  /** requests that wait for slots */
  readonly demand: (tenantId: string) => number
  /** slots have come, or may be asked for again */
  readonly onSlots: (tenantId: string) => void
  readonly onTrouble: (error: unknown) => void
}

export type TenantPace = {
  /** takes a slot if there is one; otherwise asks for more, and `onSlots` follows */
  readonly take: (tenantId: string, perMinute: number | null, nowMs: number) => boolean
  /** tenants whose slots are known */
  readonly size: () => number
}

type Slots = { left: number; untilMs: number; isAsking: boolean }

/** Reserved slots that were not used by then are lost, so that they are not spent in a burst later. */
const SLOT_LIFE_MS = 1_000

/** Many more tenants may have sent than do now: slots that are over say nothing, and are forgotten as new ones come. */
const FEW = 1_000

export const createTenantPace = ({ clock, reserve, demand, onSlots, onTrouble }: TenantPaceDeps): TenantPace => {
  const byTenant = new Map<string, Slots>()
  let forgetAt = FEW

  const forgetOver = (nowMs: number): void => {
    for (const [tenantId, { untilMs, isAsking }] of byTenant) if (!isAsking && untilMs <= nowMs) byTenant.delete(tenantId)
    forgetAt = Math.max(FEW, 2 * byTenant.size)
  }

  const ask = async (tenantId: string, slots: Slots, perMinute: number): Promise<void> => {
    slots.isAsking = true
    const aSecond = Math.ceil(perMinute / 60)
    // At least a tenth of a second's worth, so that a fast tenant does not ask for each request.
    const want = Math.min(aSecond, Math.max(1, demand(tenantId) + 1, Math.ceil(aSecond / 10)))
    let waitMs = 0
    try {
      const reserved = await reserve(tenantId, want, perMinute)
      slots.left = reserved.granted
      slots.untilMs = clock.monotonicMs() + SLOT_LIFE_MS
      waitMs = reserved.granted === 0 ? reserved.waitMs : 0
    } catch (error) {
      onTrouble(error)
      waitMs = 500
    }
    if (waitMs > 0) await sleep(waitMs, undefined, { ref: false }) // a worker that was stopped keeps no process
    slots.isAsking = false
    onSlots(tenantId)
  }

  return {
    take: (tenantId, perMinute, nowMs) => {
      if (perMinute === null) return true
      let slots = byTenant.get(tenantId)
      if (slots === undefined) {
        if (byTenant.size >= forgetAt) forgetOver(nowMs)
        slots = { left: 0, untilMs: 0, isAsking: false }
        byTenant.set(tenantId, slots)
      }
      if (slots.left > 0 && slots.untilMs > nowMs) {
        slots.left -= 1
        return true
      }
      // Later, since whoever asks is only counted among those that wait after this returns.
      if (!slots.isAsking) {
        slots.isAsking = true
        const waiting = slots
        queueMicrotask(() => void ask(tenantId, waiting, perMinute))
      }
      return false
    },
    size: () => byTenant.size,
  }
}
