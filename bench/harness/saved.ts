/** Results on disk: the raw data of every run, to be shown again without running. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure } from './figure.ts'
import type { Machine } from './machine.ts'
import { benchHome } from './places.ts'
import type { FigureResult } from './run.ts'

/** A result with the machine that gave it, and its date. */
export type SavedResult = FigureResult & { readonly machine: Machine }

const folder = join(benchHome, 'results')

export const save = (result: SavedResult): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${result.figure}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`), JSON.stringify(result, null, 2))
}

/** The last result of a figure; undefined where it was never run here. */
export const lastResult = ({ name }: Figure): SavedResult | undefined => {
  mkdirSync(folder, { recursive: true })
  // The names end in the time; `log` is not the beginning of another figure's name and a date.
  const last = readdirSync(folder).filter((file) => file.startsWith(`${name}-2`)).toSorted().at(-1)
  return last === undefined ? undefined : (JSON.parse(readFileSync(join(folder, last), 'utf8')) as SavedResult)
}
