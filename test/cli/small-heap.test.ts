import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { growthPercent } from '../../src/cli/small-heap.ts'

const MB = 1024 * 1024
const test = suite('small heap')

test('the old generation may hold as much that has died as a worker can afford', () => {
  assert.is(growthPercent(25 * MB, 8 * MB), 150)
  assert.is(growthPercent(40 * MB, 8 * MB), 100)
})

test('large bodies beside the heap take of that, down to half of what is alive', () => {
  assert.is(growthPercent(25 * MB, 28 * MB), 80)
  assert.is(growthPercent(25 * MB, 60 * MB), 50)
})

test('a large heap is not marked all the time', () => {
  assert.is(growthPercent(150 * MB, 0), 50)
})

test('before the first full collection nothing is known to be alive', () => {
  assert.is(growthPercent(Infinity, 0), 50)
})

test.run()
