/** METRICS_PORT, for whichever parts the process has. */
import type { MetricsListener } from '../metrics/listener.ts'
import type { Metrics } from '../metrics/scrape.ts'

type Log = { readonly info: (fields: object, message: string) => void; readonly error: (fields: object, message: string) => void }

/** Serves metrics where a port is given. One that is taken keeps nothing from being delivered or served. */
export const openScrapes = async (parts: readonly Metrics[], port: number | undefined, log: Log): Promise<Pick<MetricsListener, 'close'>> => {
  const none = { close: () => Promise.resolve() }
  if (port === undefined) return none
  const { listenForScrapes } = await import('../metrics/listener.ts')
  try {
    const listener = await listenForScrapes(parts, port)
    log.info({ port: listener.port }, 'metrics are served')
    return listener
  } catch (error) {
    log.error({ err: error }, 'metrics are not served')
    return none
  }
}
