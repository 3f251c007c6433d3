/** Requests of one tenant take turns, so that what it asks never takes all connections of the server. */

/** Requests of a tenant that are worked on at once: half of the connections of a server. */
const AT_ONCE = 10
/** Those that wait for it; further ones are refused. */
const WAITING = 100

type Tenant = { running: number; readonly waiting: (() => void)[] }

export type Turns = {
  /**
   * Does the work when it is its turn.
   * @returns nothing where too many wait already, and the work is not done
   */
  readonly take: <T>(tenant: string, work: () => T | Promise<T>) => Promise<T> | undefined
}

export const createTurns = (): Turns => {
  const tenants = new Map<string, Tenant>()

  const leave = (name: string, tenant: Tenant) => {
    const next = tenant.waiting.shift()
    if (next) return next() // its turn passes on
    tenant.running--
    if (tenant.running === 0) tenants.delete(name)
  }
  const run = async <T>(name: string, tenant: Tenant, work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work()
    } finally {
      leave(name, tenant)
    }
  }

  return {
    take: (name, work) => {
      const tenant = tenants.get(name) ?? { running: 0, waiting: [] }
      tenants.set(name, tenant)
      if (tenant.running < AT_ONCE) {
        tenant.running++
        return run(name, tenant, work)
      }
      if (tenant.waiting.length >= WAITING) return undefined
      return new Promise<void>((turn) => tenant.waiting.push(turn)).then(() => run(name, tenant, work))
    },
  }
}
