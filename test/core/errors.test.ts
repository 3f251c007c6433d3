import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { describeError, RowhookError } from '../../src/core/errors.ts'

const errors = suite('RowhookError')

errors('carries code, detail, hint and cause beside its message', () => {
  const cause = new Error('underneath')
  const error = new RowhookError({ code: 'WHURL', message: 'What.', detail: 'Why.', hint: 'Do this.', cause })
  assert.instance(error, Error)
  assert.is(error.name, 'RowhookError')
  assert.equal([error.code, error.message, error.detail, error.hint], ['WHURL', 'What.', 'Why.', 'Do this.'])
  assert.is(error.cause, cause)
})

errors('has no cause of its own making', () => {
  assert.not.ok('cause' in new RowhookError({ code: 'WHURL', message: 'What.' }))
})

errors('is described as psql would: message, detail, hint, code', () => {
  const error = new RowhookError({ code: 'WHURL', message: 'What.', detail: 'Why.', hint: 'Do this.' })
  assert.is(describeError(error), 'What.\nDetail: Why.\nHint: Do this.\nCode: WHURL')
  assert.is(describeError({ code: 'WHURL', message: 'What.' }), 'What.\nCode: WHURL')
})

errors.run()
