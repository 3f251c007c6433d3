/** The log: one JSON object a line, readable at a terminal, and silent about secrets. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { RowhookError } from '../src/core/errors.ts'
import { createLog } from '../src/log.ts'
import { waitFor } from './support/wait.ts'

const lines = (write: (log: ReturnType<typeof createLog>) => void, isTTY = false): string => {
  const stream = Object.assign(new PassThrough(), { isTTY })
  write(createLog({ level: 'info', stream }))
  return (stream.read() as Buffer | null)?.toString() ?? ''
}

const logging = suite('the log')

logging('is a JSON object a line', () => {
  const { level, msg, workerId } = JSON.parse(lines((log) => log.info({ workerId: 'w1' }, 'worker ready'))) as Record<string, unknown>
  assert.equal([level, msg, workerId], [30, 'worker ready', 'w1'])
})

logging('leaves out what is below its level', () => assert.is(lines((log) => log.debug({}, 'details')), ''))

logging('is readable at a terminal', () => {
  const text = lines((log) => log.warn({ lanes: 3 }, 'the sweeper woke lanes'), true)
  assert.match(text, /WARN.*the sweeper woke lanes/)
  assert.not.match(text, '{"')
})

logging('never holds a secret, a password, a token or the query of a URL', () => {
  const cause = new Error('connect postgres://app:hunter2@db/shop refused')
  const text = lines((log) => {
    log.error({ err: new RowhookError({ code: 'WHURL', message: 'POST https://shop.example/hook?key=sesame failed', cause }) }, 'attempt')
    log.error({ secret: 'open-sesame', endpoint: { password: 'open-sesame' }, text: 'signed with whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, 'Bearer sesame.sesame')
  })
  for (const word of ['hunter2', 'sesame', 'MfKQ9r8']) assert.not.match(text, word)
  assert.match(text, 'postgres://app:…@db/shop')
  for (const line of text.trim().split('\n')) assert.type(JSON.parse(line), 'object')
})

logging('hands each line over before the program goes on: a kill -9 takes none that its reader had room for', async () => {
  const program = `import { createLog } from './src/log.ts'
    const log = createLog({ level: 'info' })
    for (let n = 1; n <= 20; n += 1) log.info({ n }, 'attempt')
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [written, [, signal]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.is(signal, 'SIGKILL')
  assert.equal(written.trim().split('\n').map((line) => (JSON.parse(line) as { n: number }).n), Array.from({ length: 20 }, (_, i) => i + 1))
})

logging('drops lines while nobody reads and too much waits, and says how many as soon as somebody does', async () => {
  const stream = new PassThrough({ highWaterMark: 1_000 })
  const log = createLog({ level: 'info', stream, mostWaitingBytes: 20_000 })
  for (let n = 1; n <= 1_000; n += 1) log.info({ n }, 'attempt')
  assert.ok(stream.writableLength < 21_000, `${stream.writableLength} bytes wait`)
  const read: string[] = []
  stream.on('data', (chunk: Buffer) => read.push(chunk.toString()))
  await waitFor(() => read.join('').includes('dropped'), { what: 'the log to say what is missing' })
  log.info({ n: 1_001 }, 'attempt')
  await waitFor(() => read.join('').includes('1001'), { what: 'the next line' })
  const said = read.join('').trim().split('\n').map((line) => JSON.parse(line) as { n?: number; dropped?: number; msg: string })
  const numbers = said.flatMap(({ n }) => n ?? [])
  const [gap, ...more] = said.filter(({ dropped }) => dropped !== undefined)
  assert.equal(more, [])
  assert.equal(numbers, [...Array.from({ length: 1_000 - gap!.dropped! }, (_, i) => i + 1), 1_001])
  assert.is(said.at(-2), gap)
})

logging('keeps code, message and cause of an error, and not the row that PostgreSQL quotes', () => {
  const error = Object.assign(new Error('null value in column "data"'), { code: '23502', detail: 'Failing row contains (7, 1500.00).' })
  const text = lines((log) => log.error({ err: error }, 'results could not be recorded'))
  assert.match(text, '23502')
  assert.not.match(text, '1500.00')
})

logging.run()
