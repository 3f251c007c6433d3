/** Every figure there is, in the order in which `npm run bench` shows them. */
import { api } from './api.ts'
import { backlog } from './backlog.ts'
import { byHand } from './by-hand.ts'
import { fairness } from './fairness.ts'
import { guard } from './guard.ts'
import type { Figure } from './harness/figure.ts'
import { latency } from './latency.ts'
import { live } from './live.ts'
import { log } from './log.ts'
import { memory } from './memory.ts'
import { rates } from './rates.ts'
import { scale } from './scale.ts'
import { soak } from './soak.ts'
import { throughput } from './throughput.ts'
import { writes } from './writes.ts'

export const figures: readonly Figure[] = [throughput, latency, writes, fairness, backlog, log, scale, memory, soak, rates, byHand, api, live, guard]
