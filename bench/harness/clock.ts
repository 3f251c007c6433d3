/** One clock for all processes of a machine. */

/** Milliseconds of the system's monotonic clock, which every process reads alike (`performance.now()` begins anew in each). */
export const sharedNowMs = (): number => Number(process.hrtime.bigint()) / 1e6
