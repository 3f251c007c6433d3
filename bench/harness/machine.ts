/** What the figures were measured on. */
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

export type Machine = {
  readonly system: string
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly node: string
  readonly postgres: string
  /** other work on the machine when the run began: load over the last minute */
  readonly load: number
  readonly date: string
}

const processorName = (): string => {
  const [first] = cpus()
  if (first !== undefined && first.model !== 'unknown') return first.model.trim()
  try {
    return /model name\s*:\s*(.+)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown'
  } catch {
    return 'unknown'
  }
}

/** @param postgres version of the server */
export const describeMachine = (postgres: string): Machine => ({
  system: `${type()} ${release()}`,
  processor: processorName(),
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  postgres,
  load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  date: new Date().toISOString().slice(0, 10),
})
