/**
 * Runs the tests against one embedded PostgreSQL that lives as long as the run.
 * Usage: npm test [-- <test files or node --test options>]. ROWHOOK_TEST_DATABASE_URL names a server of your own instead.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbedded } from '../src/database/embedded.ts'
import { testServerSettings } from '../test/support/cluster.ts'
import { ensureTemplate } from '../test/support/template.ts'

/** A directory that the server's account can enter when this process is root. */
const makeHome = () => {
  const home = mkdtempSync(join(tmpdir(), 'rowhook-test-'))
  chmodSync(home, 0o755)
  return home
}

const startServer = async () => {
  const home = makeHome()
  const server = await startEmbedded({ home, settings: testServerSettings, database: 'postgres' })
  const stop = async () => {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
  return { url: server.url, stop }
}

// Ctrl-C reaches the tests by themselves; the run goes on here until they have ended, and then stops the server.
let interrupted = false
let tests
process.on('SIGINT', () => (interrupted = true))
process.on('SIGTERM', () => {
  interrupted = true
  tests?.kill('SIGTERM')
})

const runTests = (args) => {
  const given = args.some((arg) => !arg.startsWith('-')) ? args : [...args, 'test/**/*.test.ts']
  tests = spawn(process.execPath, ['--test', '--test-concurrency=2', ...given], { stdio: 'inherit', env: process.env })
  return new Promise((done) => tests.once('exit', (code) => done(code ?? 1)))
}

const server = process.env.ROWHOOK_TEST_DATABASE_URL ? undefined : await startServer()
try {
  if (server) process.env.ROWHOOK_TEST_DATABASE_URL = server.url
  await ensureTemplate('core')
  await ensureTemplate('store')
  process.exitCode = interrupted ? 130 : await runTests(process.argv.slice(2))
} finally {
  await server?.stop()
}
