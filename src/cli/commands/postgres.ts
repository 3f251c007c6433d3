/** `rowhook postgres`: the embedded PostgreSQL by itself. */
import { InvalidArgumentError, type Command } from 'commander'
import { loadConfig } from '../../config/load.ts'
import type { Embedded } from '../../database/embedded.ts'
import { printJson, type JsonOption } from '../administer.ts'
import { listenForStop } from '../told-to-stop.ts'

type Options = { port?: number; url?: true; stop?: true } & JsonOption

const print = (line: string) => process.stdout.write(`${line}\n`)

/** Lets go of a server that runs, and tells whether that ended it. */
const stopIt = async (server: Embedded, { json }: JsonOption) => {
  const wasStopped = await server.stop()
  if (json) printJson({ was_running: server.adopted, stopped: wasStopped })
  else print(!server.adopted ? 'It did not run.' : wasStopped ? 'It is stopped.' : 'Others use it: it stops when the last of them ends.')
}

const run = async ({ port, url, stop, json }: Options) => {
  const stopping = url || stop ? undefined : listenForStop()
  const { startEmbedded } = await import('../../database/embedded.ts')
  const server = await startEmbedded({ home: loadConfig().home, ...(port === undefined ? {} : { port }) })
  if (stop) return stopIt(server, { ...(json && { json }) })
  if (json) printJson({ url: server.url, was_running: server.adopted })
  else if (url) print(server.url)
  if (stopping) {
    if (!json) print(`PostgreSQL ${server.adopted ? 'is already running' : 'is running'}. Connect with:\n\n  psql ${server.url}\n\nPress Ctrl-C to stop.`)
    const alive = setInterval(() => undefined, 3_600_000) // waiting for a signal does not keep a process alive
    await stopping.asked
    clearInterval(alive)
  }
  await server.stop()
}

const asPort = (text: string): number => {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('It must be a number from 1 to 65535.')
  return port
}

export const register = (program: Command) =>
  program
    .command('postgres')
    .summary('run the embedded PostgreSQL by itself')
    .description(
      'Runs the PostgreSQL that comes with Rowhook, under .rowhook or where ROWHOOK_HOME points, until Ctrl-C.\n' +
        'It stops when the last process that uses it ends; one that was left behind by a crash is adopted.',
    )
    .option('--port <number>', 'listen on this port of 127.0.0.1 instead of a free one', asPort)
    .option('--url', 'print the address with its password and go; a server that nobody uses is stopped again')
    .option('--stop', 'stop a server that a crash has left behind')
    .option('--json', 'print JSON')
    .action(run)
