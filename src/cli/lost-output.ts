/** Output that nobody takes any more: `rowhook migrate status | head`, a collector of logs that has gone, a full disk. */

/**
 * Standard output: a reader that has gone has seen enough, and the command ends as it would; anything else (a full disk) is a failure.
 * Standard error: a worker goes on without its log, since deliveries do not need it.
 */
export const bearLostOutput = ({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process): void => {
  stderr.on('error', () => undefined)
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return
    stderr.write(`Standard output cannot be written: ${message}.\n`)
    process.exitCode = 1
  })
}
