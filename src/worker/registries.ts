/** Which lane registry serves the jobs of which graphile-worker pool: a process may run several workers (tests do). */
import type { Job } from 'graphile-worker'
import type { Registry } from '../delivery/registry.ts'

/** Code of the error of a job that comes while there is no lock connection. */
export const NO_LANES = 'ROWHOOK_NO_LANES'

type Services = { readonly registry: () => Registry | undefined; readonly tellAlerts: () => Promise<void> }

const byPool = new Map<string, Services>()

/** From now on the jobs of a pool go to whatever registry the function gives, and to its alerts. */
export const serveJobsOf = (poolId: string, services: Services): void => void byPool.set(poolId, services)

export const forgetPool = (poolId: string): void => void byPool.delete(poolId)

/**
 * The registry for a job.
 * @throws Error while the worker has no lock connection; graphile-worker tries the job again, and the sweeper wakes the lane anyway
 */
export const registryOf = (job: Pick<Job, 'locked_by'>): Registry => {
  const registry = byPool.get(job.locked_by ?? '')?.registry()
  if (registry === undefined) throw Object.assign(new Error('This worker has no lock connection at the moment; the lane will be woken again.'), { code: NO_LANES })
  return registry
}

/** What tells the alerts of the worker that has a job. */
export const alertsOf = (job: Pick<Job, 'locked_by'>): (() => Promise<void>) => byPool.get(job.locked_by ?? '')?.tellAlerts ?? (() => Promise.resolve())
