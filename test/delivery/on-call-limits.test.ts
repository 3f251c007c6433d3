/** How long lanes rest on call, and how many of them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/delivery/clock.ts'
import { createOnCall } from '../../src/delivery/on-call.ts'
import { waitFor } from '../support/wait.ts'

const resting = suite('lanes that rest on call')

resting('what rests too long is given back, and what is called again after too long', async () => {
  const given: string[] = []
  const own = createOnCall({
    clock: systemClock,
    load: () => Promise.resolve([]),
    onRisen: () => undefined,
    giveBack: (id) => Promise.resolve(void given.push(id)),
    onTrouble: (error) => assert.unreachable(String(error)),
    most: () => 1_000,
    maxIdleMs: 40,
    maxTenureMs: 120,
    reviewMs: 5,
  })
  own.rest('idle', false)
  own.rest('called', false)
  const timer = setInterval(() => own.rest('called', false), 10)
  await waitFor(() => given.includes('idle'), { what: 'the idle one' })
  assert.equal(given, ['idle'])
  await waitFor(() => given.includes('called'), { what: 'the one that is called' })
  clearInterval(timer)
  await sleep(0)
  own.abandon()
})

resting('no more of them rest than the server has room for, and those who are too many are given back', async () => {
  const given: string[] = []
  let room = 3
  const own = createOnCall({
    clock: systemClock,
    load: () => Promise.resolve([]),
    onRisen: () => undefined,
    giveBack: (id) => {
      own.forget(id)
      return Promise.resolve(void given.push(id))
    },
    onTrouble: (error) => assert.unreachable(String(error)),
    most: () => room,
    reviewMs: 5,
  })
  for (const id of ['first', 'second', 'third']) {
    assert.ok(own.hasRoom())
    own.rest(id, false)
  }
  assert.not(own.hasRoom())
  room = 1 // another worker has come
  await waitFor(() => given.length === 2, { what: 'two to be given back' })
  assert.equal([given, own.resting(), own.hasRoom()], [['first', 'second'], ['third'], false])
  own.abandon()
})

resting.run()
