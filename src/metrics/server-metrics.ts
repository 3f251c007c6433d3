/** What the API server tells Prometheus. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Metrics } from './scrape.ts'

/** A closed list, so that no caller can make labels by asking for paths. */
export type RouteName = 'graphql' | 'graphiql' | 'admin' | 'healthz' | 'readyz' | 'metrics' | 'other'

export type ServerMetrics = Metrics & {
  readonly answered: (route: RouteName, status: number, durationMs: number) => void
}

export type ServerMetricsDeps = {
  readonly pool: () => { readonly total: number; readonly idle: number; readonly waiting: number }
  /** WebSockets that are open */
  readonly sockets: () => number
}

export const createServerMetrics = (deps: ServerMetricsDeps): ServerMetrics => {
  const registers = [new Registry()]
  const [registry] = registers as [Registry]
  const requests = new Counter({ name: 'rowhook_http_requests_total', help: 'Requests that the API server has answered, by route and status.', labelNames: ['route', 'status'], registers })
  const durations = new Histogram({ name: 'rowhook_http_request_seconds', help: 'From a request to the end of its answer.', labelNames: ['route'], buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10], registers })
  const gauge = (name: string, help: string, labelNames: string[], read: (gauge: Gauge) => void) => new Gauge({ name, help, labelNames, registers, collect() {
    read(this)
  } })
  gauge('rowhook_api_pool_connections', 'Connections of the API server to the database; waiting are those who wait for one.', ['state'], (states) => {
    for (const [state, value] of Object.entries(deps.pool())) states.set({ state }, value)
  })
  gauge('rowhook_subscription_sockets', 'WebSockets of subscriptions that are open.', [], (open) => open.set(deps.sockets()))

  return {
    answered: (route, status, durationMs) => {
      requests.inc({ route, status: String(status) })
      durations.observe({ route }, durationMs / 1_000)
    },
    text: () => registry.metrics(),
  }
}
