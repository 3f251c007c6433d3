/** BullMQ as its guide recommends for production: jobs with five attempts and exponential backoff, finished ones removed. */
import { Worker } from 'bullmq'
import { closeAgent, post } from '../harness/dispatch.ts'
import { serve } from '../harness/serve.ts'

let worker: Worker<{ readonly path: string; readonly body: string }>

serve({
  start: async (port: number, origin: string, concurrency: number) => {
    worker = new Worker('deliveries', ({ data }) => post(origin, data.path, data.body), {
      connection: { host: '127.0.0.1', port, maxRetriesPerRequest: null },
      concurrency,
      removeOnComplete: { count: 1_000 },
      removeOnFail: { count: 5_000 },
    })
    await worker.waitUntilReady()
  },
  stop: async () => {
    await worker.close()
    await closeAgent()
  },
})
