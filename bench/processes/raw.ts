/** Raw undici: signs and posts from memory, so many at once, and keeps nothing. No queue can be faster in one process. */
import { closeAgent, post } from '../harness/dispatch.ts'
import { bodyOf } from '../harness/message.ts'
import { serve } from '../harness/serve.ts'

serve({
  start: () => undefined,
  run: async (origin: string, count: number, concurrency: number, bodyBytes: number) => {
    let next = 0
    const send = async (): Promise<void> => {
      while (next < count) {
        const n = next++
        await post(origin, `/e${n % 20}`, bodyOf(n, bodyBytes))
      }
    }
    await Promise.all(Array.from({ length: concurrency }, send))
  },
  stop: closeAgent,
})
