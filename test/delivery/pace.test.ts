/** The virtual schedule of a rate: never ahead of its limit by more than the burst, and never behind it while there is work. */
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/delivery/clock.ts'
import { createTenantPace } from '../../src/delivery/tenant-pace.ts'
import { inherited, mustBeKept, startableWithin, used, waitMs, type Pace } from '../../src/delivery/pace.ts'

const pace = suite('pace')

/** Starts as many requests as the pace allows, asked every few milliseconds, and gives their times. */
const run = (perMinute: number, minutes: number, stepMs: number, isBusy: (nowMs: number) => boolean = () => true): number[] => {
  let state: Pace = { usedUntilMs: 0 }
  const starts: number[] = []
  for (let nowMs = 1_000_000; nowMs < 1_000_000 + minutes * 60_000; nowMs += stepMs) {
    while (isBusy(nowMs) && waitMs(state, perMinute, nowMs) === 0) {
      state = used(state, perMinute, nowMs)
      starts.push(nowMs)
    }
  }
  return starts
}

/** Most starts in any window of a minute. */
const busiestMinute = (starts: readonly number[]): number => {
  let most = 0
  let from = 0
  starts.forEach((at, i) => {
    while (starts[from]! <= at - 60_000) from += 1
    most = Math.max(most, i - from + 1)
  })
  return most
}

pace('any minute sees at most 1.1 times the limit, whenever there is work', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 3_000 }), fc.integer({ min: 1, max: 97 }), fc.integer({ min: 1, max: 90 }), (perMinute, stepMs, period) => {
      const starts = run(perMinute, 3, stepMs, (nowMs) => Math.floor(nowMs / (period * 1_000)) % 2 === 0)
      return busiestMinute(starts) <= Math.max(perMinute + 1, perMinute * 1.1)
    }),
    { numRuns: 60 },
  )
})

pace('ten minutes of steady work come within two per cent of the limit', () => {
  for (const perMinute of [60, 100, 1_000, 6_000]) {
    const starts = run(perMinute, 10, 5).length
    assert.ok(Math.abs(starts - perMinute * 10) <= perMinute * 10 * 0.02, `${starts} starts at ${perMinute} a minute`)
  }
})

pace('no limit never waits and keeps nothing', () => {
  assert.is(waitMs({ usedUntilMs: 10_000 }, null, 0), 0)
  assert.is(startableWithin({ usedUntilMs: 10_000 }, null, 0, 1_000), Infinity)
  assert.not(mustBeKept({ usedUntilMs: 10_000 }, null, 0))
})

pace('one request of an idle endpoint leaves nothing for the next owner to know', () => {
  const once = used({ usedUntilMs: 0 }, 100, 5_000)
  assert.not(mustBeKept(once, 100, 5_000))
})

pace('a spent burst must be known to the next owner', () => {
  let state: Pace = { usedUntilMs: 0 }
  while (waitMs(state, 100, 5_000) === 0) state = used(state, 100, 5_000)
  assert.ok(mustBeKept(state, 100, 5_000))
})

pace('a page asks for no more than the coming second can send', () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 6_000 }), (perMinute) => {
      let state: Pace = { usedUntilMs: 0 }
      let planned = startableWithin(state, perMinute, 0, 1_000)
      for (let nowMs = 0; nowMs <= 1_000; nowMs += 1) {
        while (waitMs(state, perMinute, nowMs) === 0) {
          state = used(state, perMinute, nowMs)
          planned -= 1
        }
      }
      return planned >= 0 && planned <= 1
    }),
    { numRuns: 60 },
  )
})

pace('what a former owner has left counts, and never for longer than the rate can have used up', () => {
  const at = (usedForMs: number) => waitMs(inherited({ usedUntilMs: 0 }, 60, usedForMs, 1_000_000), 60, 1_000_000)
  assert.equal([at(-5_000), at(3_000), at(3_500), at(3_600_000)], [0, 0, 500, 1_000])
  const ahead: Pace = { usedUntilMs: 1_000_500 }
  assert.equal(inherited(ahead, 60, 100, 1_000_000), ahead)
  assert.equal(inherited(ahead, null, 3_600_000, 1_000_000), ahead)
})

pace('a tenant that waits for its rate keeps no process alive', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
  const before = timers()
  let asked: (() => void) | undefined
  const isAsked = new Promise<void>((resolve) => (asked = resolve))
  const tenants = createTenantPace({
    clock: systemClock,
    reserve: () => (asked?.(), Promise.resolve({ granted: 0, waitMs: 60_000 })),
    demand: () => 1,
    onSlots: () => undefined,
    onTrouble: () => undefined,
  })
  assert.is(tenants.take('acme', 1, 0), false)
  await isAsked
  await new Promise((resolve) => setImmediate(resolve))
  assert.is(timers(), before)
})

pace('slots of tenants that are over are forgotten, those in use and those asked for are not', async () => {
  let nowMs = 0
  const clock = { monotonicMs: () => nowMs, epochMs: () => 0 }
  const answers: (() => void)[] = []
  const tenants = createTenantPace({
    clock,
    reserve: (tenantId) => (tenantId === 'slow' ? new Promise((resolve) => answers.push(() => resolve({ granted: 1, waitMs: 0 }))) : Promise.resolve({ granted: 2, waitMs: 0 })),
    demand: () => 1,
    onSlots: () => undefined,
    onTrouble: () => undefined,
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  assert.is(tenants.take('slow', 600, nowMs), false)
  for (let i = 0; i < 10_000; i += 1) {
    nowMs += 10 // a hundred tenants a second
    tenants.take(`tenant ${i}`, 600, nowMs)
    await turn()
  }
  assert.ok(tenants.size() <= 1_000, `${tenants.size()} tenants`)
  assert.is(tenants.take('tenant 9999', 600, nowMs), true)
  answers[0]!()
  await turn()
  assert.is(tenants.take('slow', 600, nowMs), true)
  assert.is(answers.length, 1)
})

pace.run()
