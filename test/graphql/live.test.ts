/** How what is watched is shown: without repeating what was known, and a bounded number at once. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { LiveDelivery } from '../../src/database/live.ts'
import { createLive } from '../../src/graphql/live.ts'
import { waitFor } from '../support/wait.ts'

const idOf = (n: number) => `019aa7a2-3f00-7000-8000-${String(n).padStart(12, '0')}`
const rowsOf = (endpointId: string, count: number, state: string): LiveDelivery[] => Array.from({ length: count }, (_, n) => ({ endpointId, tenantId: 'a', id: idOf(n), state }))

const watch = (live: ReturnType<typeof createLive>, endpointId: string, tenantId = 'a') => {
  const seen: string[] = []
  const iterator = live.subscribe(JSON.stringify({ kind: 'deliveries', endpointId, tenantId }))
  void (async () => {
    for await (const id of iterator) seen.push(id)
  })()
  return { seen, stop: () => iterator.return?.() }
}

const showing = suite('what is watched live')

showing('is what has changed, and nothing of what was there before, whoever comes meanwhile', async () => {
  let rows: LiveDelivery[] = rowsOf('x', 3, 'pending 0')
  let looks = 0
  const live = createLive({ deliveries: (ids) => Promise.resolve(rows.filter(({ endpointId }) => ids.includes(endpointId))).finally(() => looks++), deliveriesOf: () => Promise.resolve([]), events: () => Promise.resolve([]), onError: (error) => assert.unreachable(String(error)) })
  const first = watch(live, 'x')
  const [second, stranger] = [watch(live, 'x'), watch(live, 'x', 'b')]
  await waitFor(() => looks >= 3, { what: 'three looks' })
  assert.equal([first.seen, second.seen], [[], []])
  rows = [...rows.slice(1), { endpointId: 'x', tenantId: 'a', id: idOf(0), state: 'success 1' }]
  await waitFor(() => first.seen.length > 0 && second.seen.length > 0, { what: 'the change' })
  assert.equal([first.seen, second.seen, stranger.seen], [[idOf(0)], [idOf(0)], []])
  live.stop()
})

showing('is the newest of a bulk load, and each watcher has its turn', async () => {
  let state = 'pending 0'
  let looks = 0
  const live = createLive({
    deliveries: (ids) => Promise.resolve(ids.flatMap((id) => rowsOf(id, 40, state))).finally(() => looks++),
    deliveriesOf: () => Promise.resolve([]), events: () => Promise.resolve([]),
    onError: (error) => assert.unreachable(String(error)),
  })
  const watchers = Array.from({ length: 120 }, (_, n) => watch(live, `endpoint ${n}`))
  await waitFor(() => looks >= 3, { what: 'three looks' })
  state = 'success 1'
  const before = looks
  await waitFor(() => watchers.every(({ seen }) => seen.length > 0), { what: 'everybody\'s turn' })
  assert.ok(looks - before >= 3, 'fifty at once, in three looks at least')
  assert.ok(watchers.every(({ seen }) => seen.length <= 2 && seen.at(-1) === idOf(39)), 'the newest, a share of fifty for each')
  live.stop()
})

showing('is looked at a tenth of the time at most', async () => {
  let under = 0
  const startedMs = performance.now()
  const live = createLive({
    deliveries: async () => {
      await new Promise((resolve) => setTimeout(resolve, 60))
      under++
      return []
    },
    deliveriesOf: () => Promise.resolve([]), events: () => Promise.resolve([]),
    onError: (error) => assert.unreachable(String(error)),
  })
  watch(live, 'x')
  await waitFor(() => under >= 3, { what: 'three looks' })
  assert.ok(performance.now() - startedMs >= 2 * 9 * 59, 'a look of 60 ms is followed by 540 ms without one')
  live.stop()
})

showing.run()
