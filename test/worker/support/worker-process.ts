/** A worker in a process of its own, as `rowhook worker` runs it, with the settings of a test as its argument. */
import { listenForStop } from '../../../src/cli/told-to-stop.ts'
import { runWorker } from '../../../src/cli/run-worker.ts'
import { addressPolicy } from '../../../src/core/address.ts'
import { createSender } from '../../../src/http/sender.ts'
import type { ProcessSettings } from './processes.ts'

const { databaseUrl, staleAfterMs, poison } = JSON.parse(process.argv[2]!) as ProcessSettings
const allowed = { allowHttp: true, allowNets: ['127.0.0.1'], allowPorts: 'any' } as const
const sender = createSender({ policy: addressPolicy(allowed) })
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

process.on('disconnect', () => process.exit(99)) // the test has ended before its workers
const stopping = listenForStop()
await runWorker(
  {
    ...allowed,
    databaseUrl,
    concurrency: 100,
    maxAttempts: 5,
    timeoutMs: 15_000,
    retryDelayMs: 60_000,
    outboundEnabled: true,
    log: silent,
    staleAfterMs,
    sender: {
      ...sender,
      start: (request, onEnd) => {
        if (poison !== undefined && String(request.body).includes(poison)) process.kill(process.pid, 'SIGKILL')
        sender.start(request, onEnd)
      },
    },
  },
  stopping,
)
await sender.close()
process.removeAllListeners('disconnect')
process.disconnect()
