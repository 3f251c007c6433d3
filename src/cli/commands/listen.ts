/** `rowhook listen`: a receiver to try webhooks with. */
import type { Command } from 'commander'
import { parseSecret } from '../../core/signature.ts'
import { asNumber, collect } from '../option-values.ts'
import { openReceiver, type Arrival } from '../receiver.ts'
import type { JsonOption } from '../administer.ts'
import { arrivalJson, showArrival } from '../show-arrival.ts'
import { listenForStop } from '../told-to-stop.ts'

type Options = { port: number; status?: number; delay: number; secret?: readonly string[]; once?: true } & JsonOption

const print = (line: string) => process.stdout.write(`${line}\n`)

const run = async ({ port, status, delay, secret = [], once, json }: Options) => {
  for (const text of secret) parseSecret(text, text.startsWith('whsec_') ? 'standard' : 'legacy')
  const stopping = listenForStop()
  const seen = new Set<string>()
  let markFirst: (arrival: Arrival) => void = () => undefined
  const first = new Promise<Arrival>((resolve) => (markFirst = resolve))
  const onArrival = (arrival: Arrival) => {
    const isAgain = arrival.eventId !== undefined && seen.has(arrival.eventId)
    print(json ? arrivalJson(arrival, isAgain) : showArrival(arrival, isAgain))
    if (arrival.eventId !== undefined) seen.add(arrival.eventId)
    markFirst(arrival)
  }
  const receiver = await openReceiver({ port, secrets: () => secret, delayMs: delay, onArrival, ...(status === undefined ? {} : { status }) })
  const say = json ? (text: string) => process.stderr.write(`${text}\n`) : print // there standard output is for what arrives alone
  say(`Listening on ${receiver.url} for ${once ? 'one webhook' : 'webhooks. Press Ctrl-C to stop'}.`)
  const ended = await Promise.race([stopping.asked, ...(once ? [first] : [])])
  if (typeof ended === 'object') await new Promise((done) => setTimeout(done, 100)) // lets the answer out
  await receiver.close()
  if (typeof ended === 'object' ? ended.verdict?.refusal : once) process.exitCode = 1
}

export const register = (program: Command) =>
  program
    .command('listen')
    .summary('receive webhooks, verify and print them')
    .description(
      'Receives webhooks on 127.0.0.1, verifies each, and prints it with its body, until Ctrl-C.\n' +
        'It answers 200, or 401 to what does not verify; --status and --delay make a bad receiver of it.\n' +
        'An endpoint of its URL is only sent to by a worker that runs with WEBHOOK_ALLOW_HTTP=true WEBHOOK_ALLOW_NETS=127.0.0.1.',
    )
    .option('--port <number>', 'listen on this port; 0 takes a free one', asNumber(0, 65_535), 8080)
    .option('--secret <secret>', 'verify with the secret of the endpoint; may be given twice, as in a rotation', collect)
    .option('--status <code>', 'answer every request with this status', asNumber(200, 599))
    .option('--delay <ms>', 'wait so many milliseconds before each answer', asNumber(0, 600_000), 0)
    .option('--once', 'end after the first request: with 0 if it verified or there was no secret, else with 1')
    .option('--json', 'print a JSON object a line for what arrives')
    .action(run)
