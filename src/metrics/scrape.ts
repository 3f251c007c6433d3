/** One scrape of a process: what each of its parts tells, and what Node tells of the process itself. */
import { collectDefaultMetrics, Registry } from 'prom-client'

/** A part of a process that tells something. */
export type Metrics = {
  /** in the text format of Prometheus; never fails */
  readonly text: () => Promise<string>
}

let ofProcess: Registry | undefined

const processRegistry = (): Registry => {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE

export const scrape = async (parts: readonly Metrics[]): Promise<string> =>
  (await Promise.all([processRegistry().metrics(), ...parts.map((part) => part.text())])).join('\n')
