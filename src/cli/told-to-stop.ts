/** Stopping when somebody asks: Ctrl-C, a service manager, a closed terminal, or who read our output and has gone. */
import { constants } from 'node:os'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof signals)[number] | 'SIGPIPE'

/**
 * npm hands Ctrl-C on to its script, which has had it from the terminal already: what follows so soon is the same keystroke.
 */
const SAME_KEYSTROKE_MS = 500

export type Stopping = {
  /** resolves with the signal when the first one arrives */
  readonly asked: Promise<Signal>
  readonly isAsked: () => boolean
}

/**
 * Listens for signals from now on. The first one resolves `asked`, and the process then ends when its work has ended; a second one
 * ends it at once, with 128 and the signal's number as shells count it.
 */
export const listenForStop = (): Stopping => {
  let askedAtMs: number | undefined
  let resolveAsked: (signal: Signal) => void = () => undefined
  const asked = new Promise<Signal>((resolve) => (resolveAsked = resolve))
  process.stdout.once('error', () => { // rowhook tail | head; Node ignores the signal itself
    askedAtMs ??= performance.now()
    resolveAsked('SIGPIPE')
  })
  for (const signal of signals) {
    process.on(signal, () => {
      askedAtMs ??= performance.now()
      if (performance.now() - askedAtMs > SAME_KEYSTROKE_MS) process.exit(128 + constants.signals[signal])
      resolveAsked(signal)
    })
  }
  return { asked, isAsked: () => askedAtMs !== undefined }
}
