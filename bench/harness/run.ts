/** Runs a figure: its variants one after the other, round after round, so that what the machine does else hits all alike. */
import type { Bench } from './bench.ts'
import type { Figure, Results, Sample } from './figure.ts'
import { median, spread, type Spread } from './statistics.ts'

export type VariantResult = {
  readonly name: string
  readonly missing?: string
  /** one for each round */
  readonly samples: readonly Sample[]
  readonly spreads: Readonly<Record<string, Spread>>
  /** of the main metric */
  readonly ratios: Readonly<Record<string, number>>
}

export type FigureResult = {
  readonly figure: string
  readonly size: number
  readonly runs: number
  readonly variants: readonly VariantResult[]
  readonly bars: readonly { readonly says: string; readonly reached: number | undefined; readonly holds: boolean | undefined; readonly unit: string }[]
}

export type RunOptions = { readonly runs: number | undefined; readonly size: number | undefined; readonly only: RegExp | undefined; readonly say: (line: string) => void }

const resultsOf = (samples: ReadonlyMap<string, readonly Sample[]>, main: string): Results => ({
  value: (variant, metric = main) => {
    const values = (samples.get(variant) ?? []).map((sample) => sample[metric]).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : median(values)
  },
  ratio: (variant, base, metric = main) => {
    const bases = samples.get(base) ?? []
    const values = (samples.get(variant) ?? []).map((sample, round) => (sample[metric] ?? NaN) / (bases[round]?.[metric] ?? NaN)).filter((value) => !Number.isNaN(value))
    return values.length === 0 ? undefined : median(values)
  },
})

const round3 = (value: number): number => Math.round(value * 1000) / 1000

export const runFigure = async (bench: Bench, figure: Figure, { runs = figure.runs, size = figure.size, only, say }: RunOptions): Promise<FigureResult> => {
  const [main] = figure.metrics
  const variants = (await figure.variants(bench, size)).filter(({ name }) => only?.test(name) ?? true)
  const samples = new Map<string, Sample[]>()
  try {
    for (let round = 0; round < runs; round++) {
      for (const { name, missing, run } of variants) {
        if (missing !== undefined) continue
        const sample = await run()
        samples.set(name, [...(samples.get(name) ?? []), sample])
        say(`${figure.name} ${round + 1}/${runs} ${name}: ${figure.metrics.flatMap((metric) => (sample[metric.name] === undefined ? [] : [`${sample[metric.name]!.toFixed(metric.digits)} ${metric.unit}`])).join(', ')}`)
      }
    }
  } finally {
    await figure.end?.()
  }
  const results = resultsOf(samples, main!.name)
  return {
    figure: figure.name,
    size,
    runs,
    variants: variants.map(({ name, missing }) => {
      const ownSamples = samples.get(name) ?? []
      const metrics = figure.metrics.filter((metric) => ownSamples[0]?.[metric.name] !== undefined)
      const ratios = Object.entries(figure.ratios?.(name) ?? {}).flatMap(([label, base]) => {
        const value = base === name ? undefined : results.ratio(name, base)
        return value === undefined ? [] : [[label, round3(value)] as const]
      })
      return {
        name,
        ...(missing === undefined ? {} : { missing }),
        samples: ownSamples,
        spreads: Object.fromEntries(metrics.map((metric) => [metric.name, spread(ownSamples.map((sample) => sample[metric.name]!))])),
        ratios: Object.fromEntries(ratios),
      }
    }),
    bars: (figure.bars ?? []).map(({ says, reached, holds, unit = '' }) => {
      const value = reached(results)
      return { says, reached: value, holds: value === undefined ? undefined : holds(value), unit }
    }),
  }
}
