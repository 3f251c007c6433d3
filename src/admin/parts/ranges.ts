/** The periods that figures are shown for, and how finely: 24 to 30 bars each. */
const HOUR_MS = 3_600_000

export const ranges = {
  hour: { interval: { hours: 1 }, bucket: { minutes: 2 }, bucketMs: HOUR_MS / 30 },
  day: { interval: { hours: 24 }, bucket: { hours: 1 }, bucketMs: HOUR_MS },
  week: { interval: { days: 7 }, bucket: { hours: 6 }, bucketMs: 6 * HOUR_MS },
  month: { interval: { days: 30 }, bucket: { days: 1 }, bucketMs: 24 * HOUR_MS },
} as const

/** The filters of lists know the same names. */
export type Range = keyof typeof ranges

/** Figures are counted again this often while somebody looks: they read many rows. */
export const LOOK_MS = 10_000
