/** pg-boss with its batches and its notifications: four fetchers of 25 jobs each, settled one by one. */
import { PgBoss } from 'pg-boss'
import { closeAgent, post } from '../harness/dispatch.ts'
import { bodyOf } from '../harness/message.ts'
import { serve } from '../harness/serve.ts'

type Data = { readonly path: string; readonly body: string }

let boss: PgBoss

serve({
  start: async (databaseUrl: string) => {
    boss = new PgBoss({ connectionString: databaseUrl, useListenNotify: true })
    boss.on('error', console.error)
    await boss.start()
  },
  fill: async (queue: string, count: number, bodyBytes: number) => {
    await boss.createQueue(queue, { notify: true, retryLimit: 5, retryBackoff: true })
    for (let n = 0; n < count; n += 1_000) {
      await boss.insert(queue, Array.from({ length: Math.min(1_000, count - n) }, (_, i) => ({ data: { path: `/e${i % 20}`, body: bodyOf(n + i, bodyBytes) } })))
    }
  },
  work: async (queue: string, origin: string) => {
    const options = { batchSize: 25, localConcurrency: 4, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, perJobResults: true } as const
    await boss.work<Data>(queue, options, (jobs) =>
      Promise.all(
        jobs.map(async ({ id, data }) => {
          await post(origin, data.path, data.body)
          return { id, status: 'completed' as const }
        }),
      ),
    )
  },
  stop: async () => {
    await boss.stop()
    await closeAgent()
  },
})
