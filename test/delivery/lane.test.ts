/** What a lane in its owner's hands says of itself. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createLane, hasOwnPlace, waitsForRecords, type Lane } from '../../src/delivery/lane.ts'
import { began, cameBack } from '../../src/delivery/probation.ts'
import { createMemories } from '../../src/delivery/memory.ts'
import { quickEndpoint } from './support/lane-endpoint.ts'

const lanes = suite('lanes')

type Occupied = { readonly maxInFlight?: number; readonly sending?: number; readonly unrecorded?: number; readonly hasMore?: boolean; readonly crashes?: number }

const lane = ({ maxInFlight = 10, sending = 0, unrecorded = 0, hasMore = true, crashes = 0 }: Occupied): Lane =>
  ({ ...createLane({ ...quickEndpoint, maxInFlight, crashes }, createMemories().of('e'), 0, 0), sending, unrecorded, hasMore })

lanes('max_in_flight bounds what is on the wire, and four times as much what is not recorded', () => {
  assert.ok(hasOwnPlace(lane({ sending: 9, unrecorded: 30 })))
  assert.not(hasOwnPlace(lane({ sending: 10 })))
  assert.not(hasOwnPlace(lane({ sending: 9, unrecorded: 31 })))
  assert.not(hasOwnPlace(lane({ unrecorded: 40 })))
  assert.ok(hasOwnPlace(lane({ maxInFlight: 1, unrecorded: 3 })))
  assert.not(hasOwnPlace(lane({ maxInFlight: 1, unrecorded: 4 })))
})

lanes('one that is suspected of killing its owners sends one by one, each after the record of the other', () => {
  assert.ok(hasOwnPlace(lane({ crashes: 2 })))
  assert.not(hasOwnPlace(lane({ crashes: 2, sending: 1 })))
  assert.not(hasOwnPlace(lane({ crashes: 2, unrecorded: 1 })))
})

lanes('one with more to send waits for its results when half of what may be unrecorded is', () => {
  assert.not(waitsForRecords(lane({ unrecorded: 19 })))
  assert.ok(waitsForRecords(lane({ unrecorded: 20 })))
  assert.not(waitsForRecords(lane({ unrecorded: 40, hasMore: false })), 'there is nothing to send')
  assert.ok(waitsForRecords(lane({ unrecorded: 1, crashes: 2 })), 'one that sends one by one')
})

lanes('a probation is not passed before all has come back that can have been under way when its owner died', () => {
  const { probation } = lane({ crashes: 1 })
  for (let n = 0; n < 40; n += 1) began(probation, `${n}`)
  for (let n = 0; n < 40; n += 1) assert.not(cameBack(probation, `${n}`, true))
})

lanes.run()
