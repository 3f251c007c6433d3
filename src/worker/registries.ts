/** Which lane registry serves the jobs of which graphile-worker pool: a process may run several workers (tests do). */
import type { Job } from 'graphile-worker'
import type { Registry } from '../delivery/registry.ts'

/** Code of the error of a job that comes while there is no lock connection. */
export const NO_LANES = 'ROWHOOK_NO_LANES'

const byPool = new Map<string, () => Registry | undefined>()

/** From now on the jobs of a pool go to whatever registry the function gives. */
export const serveJobsOf = (poolId: string, registry: () => Registry | undefined): void => void byPool.set(poolId, registry)

export const forgetPool = (poolId: string): void => void byPool.delete(poolId)

/**
 * The registry for a job.
 * @throws Error while the worker has no lock connection; graphile-worker tries the job again, and the sweeper wakes the lane anyway
 */
export const registryOf = (job: Pick<Job, 'locked_by'>): Registry => {
  const registry = byPool.get(job.locked_by ?? '')?.()
  if (registry === undefined) throw Object.assign(new Error('This worker has no lock connection at the moment; the lane will be woken again.'), { code: NO_LANES })
  return registry
}
