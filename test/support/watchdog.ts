/**
 * Ends a test file that hangs, so that the run says which one it was and goes on. Loaded before each file by ops/test.mjs:
 * node's own --test-timeout ends tests of node:test alone, and a file that waits for ever would never be one that failed.
 */

/** The slowest file takes a tenth of it on two cores; a machine that does much else beside it has made it take half. */
const LONGEST_MS = 600_000
/** A case that failed may have left open what it would have closed, which nobody closes any more. */
const AFTER_FAILURE_MS = 10_000

const end = (why: string): void => {
  const waitsFor = Object.entries(Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind)).map(([kind, all]) => `${all?.length} ${kind}`)
  process.stderr.write(`\n${process.argv[1]} ${why}. What it waits for: ${waitsFor.join(', ') || 'nothing'}.\n`)
  process.exit(1)
}

setTimeout(() => end(`has not ended within ${LONGEST_MS / 1000} s`), LONGEST_MS).unref()

/** The exit code is set when all suites of the file are over. */
const look = setInterval(() => {
  if (!process.exitCode) return
  clearInterval(look)
  setTimeout(() => end('has failed, and does not end'), AFTER_FAILURE_MS).unref()
}, 1_000).unref()
