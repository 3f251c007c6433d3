/** The wake-up call of a lane: takes it and returns, while the lane registry of the process does the sending. */
import type { JobHelpers } from 'graphile-worker'
import { z } from 'zod'
import { registryOf } from '../src/worker/registries.ts'

const payloadShape = z.object({ endpointId: z.uuid() })

export default async (payload: unknown, { job }: JobHelpers): Promise<void> => {
  const { endpointId } = payloadShape.parse(payload)
  await registryOf(job).offer(endpointId)
}
