/** Histograms that somebody else has counted, in the text format of Prometheus. */

export type CountedHistogram = {
  /** upper bounds of the buckets in milliseconds */
  readonly bounds: readonly number[]
  /** one for each bound, and one for what is above the last */
  readonly counts: readonly number[]
  readonly sumMs: number
}

/** Buckets are cumulative there, and times are seconds. */
export const histogramText = (name: string, help: string, { bounds, counts, sumMs }: CountedHistogram): string => {
  let total = 0
  const buckets = [...bounds.map((bound) => String(bound / 1_000)), '+Inf'].map((le, place) => `${name}_bucket{le="${le}"} ${(total += counts[place] ?? 0)}`)
  return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...buckets, `${name}_sum ${sumMs / 1_000}`, `${name}_count ${total}`, ''].join('\n')
}
