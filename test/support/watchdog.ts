/**
 * Ends a test file that hangs, so that the run says which one it was and goes on. Loaded before each file by ops/test.mjs:
 * node's own --test-timeout ends tests of node:test alone, and a file that waits for ever would never be one that failed.
 */

/** The slowest file takes a tenth of it on two cores; a machine that does much else beside it has made it take half. */
const LONGEST_MS = 600_000

setTimeout(() => {
  const waitsFor = Object.entries(Object.groupBy(process.getActiveResourcesInfo(), (kind) => kind)).map(([kind, all]) => `${all?.length} ${kind}`)
  process.stderr.write(`\n${process.argv[1]} has not ended within ${LONGEST_MS / 1000} s. What it waits for: ${waitsFor.join(', ') || 'nothing'}.\n`)
  process.exit(1)
}, LONGEST_MS).unref()
