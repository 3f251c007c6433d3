/**
 * Runs the tests against one embedded PostgreSQL that lives as long as the run.
 * Usage: npm test [-- <test files or node --test options>]. ROWHOOK_TEST_DATABASE_URL names a server of your own instead.
 */
import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../src/database/embedded.ts'
import { testServerSettings } from '../test/support/cluster.ts'
import { ensureTemplate } from '../test/support/template.ts'

/** Everything temporary of the run is in here, so that nothing is left of it, also when it is interrupted. */
const makePlace = () => {
  const place = mkdtempSync(join(tmpdir(), 'rowhook-test-'))
  const temporary = join(place, 'tmp')
  mkdirSync(temporary)
  // the server's account must get in when this process is root
  for (const directory of [place, temporary]) chmodSync(directory, 0o755)
  process.env.TMPDIR = temporary
  // Each file is a process that imports much the same; compiled once for all of them, most start in half the time.
  process.env.NODE_COMPILE_CACHE = join(place, 'compiled')
  return place
}

/** Servers that a test started for itself and was killed before it could stop them. */
const stopStrays = (place) => {
  for (const file of globSync(join(place, 'tmp/**/postmaster.pid'))) {
    try {
      process.kill(Number.parseInt(readFileSync(file, 'utf8'), 10), 'SIGQUIT')
    } catch {
      // it has gone by itself
    }
  }
}

// Ctrl-C reaches the tests by themselves; the run goes on here until they have ended, and then stops the server.
let interrupted = false
let tests
process.on('SIGINT', () => (interrupted = true))
process.on('SIGTERM', () => {
  interrupted = true
  tests?.kill('SIGTERM')
})

/** One more than there are processors, since some files wait more than they compute; each may open some thirty connections. */
const AT_ONCE = Math.min(availableParallelism() + 1, 6)

const runTests = (args) => {
  const given = args.some((arg) => !arg.startsWith('-')) ? args : [...args, 'test/**/*.test.ts']
  const watchdog = new URL('../test/support/watchdog.ts', import.meta.url).href
  tests = spawn(process.execPath, ['--test', `--test-concurrency=${AT_ONCE}`, `--import=${watchdog}`, ...given], { stdio: 'inherit', env: process.env })
  return new Promise((done) => tests.once('exit', (code) => done(code ?? 1)))
}

const place = makePlace()
const server = process.env.ROWHOOK_TEST_DATABASE_URL
  ? undefined
  : await startEmbedded({ home: place, settings: testServerSettings, database: 'postgres' })
try {
  if (server) process.env.ROWHOOK_TEST_DATABASE_URL = server.url
  await ensureTemplate('core')
  await ensureTemplate('store')
  process.exitCode = interrupted ? 130 : await runTests(process.argv.slice(2))
} finally {
  await server?.stop()
  stopStrays(place)
  rmSync(place, { recursive: true, force: true, maxRetries: 5 })
}
