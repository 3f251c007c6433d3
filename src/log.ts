/** The log of a process: one JSON object a line, or the same for a person at a terminal. No secret, payload or query gets into it. */
import pino from 'pino'
import pinoPretty from 'pino-pretty'
import type { Config } from './config/load.ts'

/** Where lines go; `isTTY` makes them readable. */
export type LogStream = NodeJS.WritableStream & { readonly isTTY?: boolean }

export type LogOptions = {
  readonly level: Config['logLevel']
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

/**
 * Makes a log. Its methods take the facts first and then what happened: `log.info({ workerId }, 'worker ready')`.
 * Lines are handed to the operating system before a method returns. What a full pipe does not take waits in memory, since
 * deliveries must not wait for whoever reads the log; a kill loses that.
 */
export const createLog = ({ level, stream = process.stderr }: LogOptions): pino.Logger => {
  const readable = stream.isTTY === true
  const destination = readable ? pinoPretty({ destination: stream, colorize: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' }) : stream
  return pino(
    {
      level,
      serializers: { err: asError },
      redact: { paths: ['secret', 'secrets', 'password', 'authorization', '*.secret', '*.secrets', '*.password', '*.authorization'], censor: '…' },
      hooks: { streamWrite: scrub },
    },
    destination,
  )
}
