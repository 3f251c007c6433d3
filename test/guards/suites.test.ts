/** Every test file really tests: its suites run, and no test is hidden or left out. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { filesBelow } from '../support/source.ts'
import { findSuiteFaults } from '../support/suite-faults.ts'

const files = suite('the test files')

for (const { path, text } of filesBelow('test', '.test.ts')) {
  files(`${path} runs every test that it holds`, () => assert.equal(findSuiteFaults(text), []))
}

files('lie where npm test finds them, named .test.ts', () => {
  const strays = filesBelow('test', '.ts').filter(({ path, text }) => !path.endsWith('.test.ts') && /from 'uvu'/.test(text))
  assert.equal(strays.map(({ path }) => path), [])
})

files.run()

const guard = suite('the guard of test files')

// A name that this file's own reading does not take for a suite.
const keyword = 'const'
const file = (body: string) => `import { suite } from 'uvu'\n\n${keyword} tests = suite('x')\n\n${body}\n`

guard('lets a good file pass', () => assert.equal(findSuiteFaults(file(`tests('one', () => {})\ntests.run()`)), []))

guard('finds a suite that never runs', () => assert.match(findSuiteFaults(file(`tests('one', () => {})`)).join(), 'never run'))

guard('finds two equal names', () =>
  assert.match(findSuiteFaults(file(`tests('one', () => {})\ntests(\n  'one', () => {})\ntests.run()`)).join(), 'two tests called "one"'))

guard('finds an empty file', () => assert.match(findSuiteFaults('').join(), 'no suite'))

guard('finds a suite without a test', () => assert.match(findSuiteFaults(file('tests.run()')).join(), 'has no test'))

guard('finds what is left out', () => {
  assert.match(findSuiteFaults(file(`tests('one', f)\ntests.only('two', f)\ntests.run()`)).join(), '.only')
  assert.match(findSuiteFaults(file(`tests('one', f)\ntests.skip('two', f)\ntests.run()`)).join(), '.skip')
})

guard('finds a pause between suites', () =>
  assert.match(findSuiteFaults(file(`tests('one', f)\ntests.run()\nconst db = await open()`)).join(), 'awaits at the top level'))

guard.run()
