/** BullMQ's side of a figure: the queue here, its worker in a process of its own. */
import { Queue } from 'bullmq'
import type { Bench } from './bench.ts'
import { startChild, type Child } from './child.ts'
import { processCpuMs } from './cpu.ts'
import { bodyOf } from './message.ts'

export type BullMq = {
  readonly queue: Queue
  readonly worker: Child
  readonly workerCpuMs: () => number
  /** jobs for twenty endpoints, by batches of a thousand */
  readonly fill: (count: number, bodyBytes: number) => Promise<void>
  readonly add: (n: number, bodyBytes: number) => Promise<void>
  readonly settled: () => Promise<void>
  readonly stop: () => Promise<void>
}

/** Five attempts with exponential backoff, as somebody who delivers webhooks would ask for. */
const OPTIONS = { attempts: 5, backoff: { type: 'exponential', delay: 60_000 } }

export const startBullMq = async ({ redis, receiver }: Bench, concurrency = 100): Promise<BullMq> => {
  const queue = new Queue('deliveries', { connection: { host: '127.0.0.1', port: redis!.port }, defaultJobOptions: OPTIONS })
  await queue.obliterate({ force: true })
  const worker = await startChild('bullmq', redis!.port, receiver.origin, concurrency)
  const job = (n: number, bodyBytes: number) => ({ name: 'deliver', data: { path: `/e${n % 20}`, body: bodyOf(n, bodyBytes) } })
  return {
    queue,
    worker,
    workerCpuMs: () => processCpuMs(worker.pid),
    fill: async (count, bodyBytes) => {
      for (let n = 0; n < count; n += 1_000) await queue.addBulk(Array.from({ length: Math.min(1_000, count - n) }, (_, i) => job(n + i, bodyBytes)))
    },
    add: async (n, bodyBytes) => {
      const { name, data } = job(n, bodyBytes)
      await queue.add(name, data)
    },
    settled: async () => {
      for (;;) {
        const { active = 0, waiting = 0 } = await queue.getJobCounts('active', 'waiting')
        if (active + waiting === 0) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    stop: async () => {
      await worker.stop()
      await queue.obliterate({ force: true })
      await queue.close()
    },
  }
}
