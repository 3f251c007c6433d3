/** What a figure is: variants that run side by side, and the values that each run of one gives. */
import type { Bench } from './bench.ts'

/** Values of one run by metric. */
export type Sample = Readonly<Record<string, number>>

export type Variant = {
  readonly name: string
  /** why it cannot run here; it is then left out, and this is said */
  readonly missing?: string
  readonly run: () => Promise<Sample>
}

export type Metric = {
  readonly name: string
  readonly unit: string
  /** decimals to print */
  readonly digits: number
}

export type Bar = {
  /** what is asked for, to be read aloud */
  readonly says: string
  /** the value that was reached, or undefined where a variant is missing */
  readonly reached: (results: Results) => number | undefined
  readonly holds: (value: number) => boolean
  readonly unit?: string
}

export type Results = {
  /** median of a metric over the runs of a variant; undefined where it did not run */
  readonly value: (variant: string, metric?: string) => number | undefined
  /** median over the rounds of one variant's value divided by another's in the same round */
  readonly ratio: (variant: string, base: string, metric?: string) => number | undefined
}

export type Figure = {
  readonly name: string
  /** one line: what is measured */
  readonly what: string
  /** the first one is the main one */
  readonly metrics: readonly Metric[]
  /** ratios to print for each variant of which the name matches: name of the ratio → base variant */
  readonly ratios?: (variant: string) => Readonly<Record<string, string>>
  readonly bars?: readonly Bar[]
  /** rounds unless --runs says otherwise */
  readonly runs: number
  /** size unless --size says otherwise, and what it counts */
  readonly size: number
  readonly sizeOf: string
  /** left out of `npm run bench` without a name */
  readonly onDemand?: boolean
  readonly variants: (bench: Bench, size: number) => readonly Variant[] | Promise<readonly Variant[]>
  /** ends what the variants share */
  readonly end?: () => Promise<void>
}
