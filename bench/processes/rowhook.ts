/** Rowhook's worker as `rowhook worker` runs it, with a log in production's form. */
import { performance } from 'node:perf_hooks'
import { keepHeapSmall } from '../../src/cli/small-heap.ts'
import { createLog } from '../../src/log.ts'
import { launchWorker } from '../../src/wiring.ts'
import type { Worker } from '../../src/worker/worker.ts'
import { serve } from '../harness/serve.ts'

let worker: Worker

export type RowhookVitals = { readonly succeeded: number; readonly lost: number; readonly failed: number; readonly lanes: number; readonly loopUtilization: number; readonly heapBytes: number }

serve({
  start: async (databaseUrl: string) => {
    keepHeapSmall()
    worker = await launchWorker({
      databaseUrl,
      concurrency: 1_000,
      allowHttp: true,
      allowNets: ['127.0.0.1'],
      allowPorts: 'any',
      maxAttempts: 5,
      timeoutMs: 15_000,
      retryDelayMs: 60_000,
      outboundEnabled: true,
      log: createLog({ level: 'warn' }),
    })
    await worker.ready
  },
  vitals: (): RowhookVitals => {
    const { succeeded, lost, failed } = worker.counters
    const { heapUsed, external } = process.memoryUsage()
    return { succeeded, lost, failed, lanes: worker.vitals().lanes, loopUtilization: performance.eventLoopUtilization().utilization, heapBytes: heapUsed + external }
  },
  stop: () => worker.stop(2_000),
})
