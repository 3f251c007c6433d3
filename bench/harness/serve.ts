/** The other end of `child.ts`: offers functions to the process that started this one. */
import type { Message } from './child.ts'

/** Functions by name; `start` is called first, `stop` last. What they take and return crosses by structured clone. */
export type Served = Readonly<Record<string, (...values: never[]) => unknown>> & {
  readonly start: (...values: never[]) => unknown
  readonly stop: () => unknown
}

const answer = async (served: Served, { id, name = '', values = [] }: Message): Promise<Message> => {
  try {
    const result: unknown = await served[name]!(...(values as never[]))
    return { id, result }
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

export const serve = (served: Served): void => {
  process.on('message', (message: Message) => {
    void answer(served, message).then((reply) => process.send?.(reply))
  })
  process.once('disconnect', () => setTimeout(() => process.exit(0), 1_000).unref())
}
