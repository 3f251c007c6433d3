/** Starts the process of the receivers, and reads its ledger at the end. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Receipt } from './receiver-process.ts'

export type Receivers = {
  readonly port: number
  /** ends the process and gives every request in the order in which it came */
  readonly close: () => Promise<Receipt[]>
}

export const startReceivers = async (seed: number, file: string): Promise<Receivers> => {
  const child = fork(fileURLToPath(new URL('receiver-process.ts', import.meta.url)), [String(seed), file])
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return {
    port,
    close: async () => {
      const closed = once(child, 'message')
      child.send('close')
      await closed
      child.disconnect()
      const receipts: Receipt[] = []
      for await (const line of createInterface({ input: createReadStream(file) })) receipts.push(JSON.parse(line) as Receipt)
      return receipts
    },
  }
}
