/** The queries of lanes bound to a pool. */
import type pg from 'pg'
import { loadLaneEndpoints } from './lane-endpoints.ts'
import * as lanes from './lanes.ts'
import { readPages } from './pages.ts'

/** A query without its pool. */
const bind = <Rest extends unknown[], Result>(pool: pg.Pool, query: (pool: pg.Pool, ...rest: Rest) => Promise<Result>) => (...rest: Rest): Promise<Result> => query(pool, ...rest)

/** The database as lanes use it, but for what belongs to a lock connection (take, release, heldLocks). */
export const createLaneStore = (pool: pg.Pool) => ({
  look: bind(pool, lanes.lookAtLanes),
  loadEndpoints: bind(pool, loadLaneEndpoints),
  readPages: bind(pool, readPages),
  scheduleWakes: bind(pool, lanes.scheduleWakes),
  holdLane: bind(pool, lanes.holdLane),
  saveCircuit: bind(pool, lanes.saveCircuit),
  savePace: bind(pool, lanes.savePace),
  disableEndpoint: bind(pool, lanes.disableEndpoint),
  onCircuitOpen: bind(pool, lanes.circuitOpened),
  reserveTenantSlots: bind(pool, lanes.reserveTenantSlots),
  postpone: bind(pool, lanes.postpone),
  markSuspect: bind(pool, lanes.markSuspect),
  clearSuspect: bind(pool, lanes.clearSuspect),
})
