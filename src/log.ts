/** The log of a process: one JSON object a line, or the same for a person at a terminal. No secret, payload or query gets into it. */
import pino from 'pino'
import pinoPretty from 'pino-pretty'
import type { Config } from './config/load.ts'

/** Where lines go; `isTTY` makes them readable. */
export type LogStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly writableLength?: number }

export type LogOptions = {
  readonly level: Config['logLevel']
  /** what may wait for a reader that has stopped reading; 16 MiB */
  readonly mostWaitingBytes?: number
  /** standard error by default, so that standard output holds what a command was asked for */
  readonly stream?: LogStream
}

/** Text that has no business in a log, wherever in a line it stands: secrets, passwords and queries of URLs, bearer tokens. */
const unspeakable: readonly (readonly [RegExp, string])[] = [
  [/whsec_[A-Za-z0-9+/]+={0,2}/g, 'whsec_…'],
  [/(:\/\/[^\s"'/:@]*):[^\s"'/@]+@/g, '$1:…@'],
  [/(https?:\/\/[^\s"'?#]+)\?[^\s"']*/g, '$1?…'],
  [/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 …'],
]

const scrub = (line: string): string => unspeakable.reduce((text, [pattern, instead]) => text.replace(pattern, instead), line)

/** What an error may say. Not `detail` and `where` of a database error: they quote rows. */
const errorFields = ({ name, message, code, stack, cause }: Error & { readonly code?: unknown }): object => ({
  type: name,
  message,
  ...(code === undefined ? {} : { code }),
  ...(cause instanceof Error ? { cause: cause.message } : {}),
  stack,
})

const asError = (value: unknown) => (value instanceof Error ? errorFields(value) : value)

const MOST_WAITING_BYTES = 16 * 1024 * 1024

/** Hands lines to a stream until too much waits in it, and counts the rest. `onDropped` hears of them when the stream is empty again. */
const bounded = (stream: LogStream, mostBytes: number, onDropped: (lines: number) => void): { readonly write: (line: string) => void } => {
  let dropped = 0
  stream.on('drain', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    onDropped(lines)
  })
  return {
    write: (line) => {
      if ((stream.writableLength ?? 0) > mostBytes) dropped += 1
      else stream.write(line)
    },
  }
}

/**
 * Makes a log. Its methods take the facts first and then what happened: `log.info({ workerId }, 'worker ready')`.
 * Lines are handed to the operating system before a method returns. What a full pipe does not take waits in memory, since
 * deliveries must not wait for whoever reads the log; a kill loses that. When 16 MiB wait, lines are dropped, and their number is
 * logged when the reader goes on.
 */
export const createLog = ({ level, stream = process.stderr, mostWaitingBytes = MOST_WAITING_BYTES }: LogOptions): pino.Logger => {
  const readable = stream.isTTY === true
  const destination = readable ? pinoPretty({ destination: stream, colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' }) : bounded(stream, mostWaitingBytes, (dropped) => log.warn({ dropped }, 'lines of the log were dropped, which nobody had read'))
  const log = pino(
    {
      level,
      serializers: { err: asError },
      redact: { paths: ['secret', 'secrets', 'password', 'authorization', '*.secret', '*.secrets', '*.password', '*.authorization'], censor: '…' },
      hooks: { streamWrite: scrub },
    },
    destination,
  )
  return log
}
