/** What a lane in its owner's hands says of itself. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLane, waitsForRecords } from '../../src/delivery/lane.ts'
import { createMemories } from '../../src/delivery/memory.ts'
import { quickEndpoint } from './support/lane-endpoint.ts'

const lanes = suite('lanes')

const waits = (maxInFlight: number, sending: number, unrecorded: number, { hasMore = true, crashes = 0 } = {}): boolean =>
  waitsForRecords({ ...createLane({ ...quickEndpoint, maxInFlight, crashes }, createMemories().of('e'), 0, 0), sending, unrecorded, hasMore })

lanes('one with more to send waits for its results when they take half of its places or more', () => {
  assert.equal([1, 4, 5, 6, 10].map((unrecorded) => waits(10, 10 - unrecorded, unrecorded)), [false, false, true, true, true])
  assert.is(waits(10, 4, 5), false, 'there is a place')
  assert.is(waits(10, 0, 10, { hasMore: false }), false, 'there is nothing to send')
  assert.is(waits(1, 0, 1), true)
  assert.is(waits(10, 0, 1, { crashes: 2 }), true, 'one that sends one by one')
})

lanes.run()
