/** Reading pages: what is known to be out of date is read again, also when that is known while the page is on its way. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { DueDelivery, Pages } from '../../src/database/pages.ts'
import { createLane, readAnew } from '../../src/delivery/lane.ts'
import { createMemories, noteFound } from '../../src/delivery/memory.ts'
import { createPlaces } from '../../src/delivery/places.ts'
import { createReader } from '../../src/delivery/reader.ts'
import { waitFor } from '../support/wait.ts'
import { quickEndpoint as endpoint } from './support/lane-endpoint.ts'

const due = (id: string): DueDelivery => ({ id, endpointId: 'e', tenantId: 't', eventId: id, eventType: 'sale.created', attempts: 0, body: '{}', occurredAtMs: 0, orderKey: null, resourceId: null, traceparent: null })

const reading = suite('reading pages')

reading('a page that was under way when a delivery was cancelled is read again', async () => {
  const clock = { monotonicMs: () => performance.now(), epochMs: () => Date.now() }
  const lane = createLane(endpoint, createMemories().of('e'), clock.monotonicMs(), 0)
  const pages: ((page: Pages) => void)[] = []
  const reader = createReader({
    clock,
    places: createPlaces(10),
    lanes: new Map([['e', lane]]),
    read: () => new Promise((resolve) => void pages.push(resolve)),
    onRead: () => undefined,
    onTrouble: (error) => {
      throw error
    },
  })
  const answer = (...ids: string[]) => pages.at(-1)!({ due: ids.map(due), lastKeys: new Map() })
  const queued = () => lane.queue.map(({ id }) => id)

  reader.wake()
  await waitFor(() => pages.length === 1, { what: 'the first read' })
  readAnew(lane)
  answer('cancelled', 'open')
  await waitFor(() => pages.length === 2, { what: 'the second read' })
  assert.equal(queued(), [])
  answer('open')
  await waitFor(() => queued().length > 0, { what: 'its page' })
  assert.equal(queued(), ['open'])
  reader.stop()
})

reading('what several deliveries share is read twice as often', async () => {
  const memory = createMemories().of('e')
  noteFound(memory, 100, 100, 0)
  const lane = createLane(endpoint, memory, 0, 0)
  const counts = [2, 1, 0]
  const delays: number[] = []
  const reader = createReader({
    clock: { monotonicMs: () => 0, epochMs: () => 0 }, // reading takes no time
    places: createPlaces(10),
    lanes: new Map([['e', lane]]),
    read: () => Promise.resolve({ due: Array.from({ length: counts[delays.length]! }, (_, n) => due(`${n}`)), lastKeys: new Map() }),
    onRead: () => {
      delays.push(lane.readDelayMs)
      lane.queue = []
      if (delays.length < counts.length) lane.nextReadMs = 0
      else reader.stop()
    },
    onTrouble: (error) => {
      throw error
    },
  })
  reader.wake()
  await waitFor(() => delays.length === counts.length, { what: 'three reads' })
  assert.equal(delays, [1, 2, 2])
})

reading.run()
