/** `/metrics` on the port of the API, for operators alone: the port is often open to the world. */
import { RowhookError } from '../core/errors.ts'
import type { RouteName } from '../metrics/server-metrics.ts'
import { CONTENT_TYPE, scrape, type Metrics } from '../metrics/scrape.ts'
import type { Identify } from './identify.ts'
import { sendRefusal, statusOf } from './respond.ts'
import type { Route } from './server.ts'

const names: readonly RouteName[] = ['graphql', 'graphiql', 'admin', 'healthz', 'readyz', 'metrics']

/** What a path is counted under. */
export const routeName = (publicPath: string, path: string): RouteName => {
  if (!path.startsWith(`${publicPath}/`)) return 'other'
  const [first] = path.slice(publicPath.length + 1).split('/')
  return names.find((name) => name === first) ?? 'other'
}

const forOperators = () =>
  new RowhookError({ code: 'WHRGT', message: 'Metrics are for operators.', detail: 'The token or API key is of another role.', hint: 'Make a token of role operator, or scrape METRICS_PORT, which asks for none.' })

export const metricsRoute = (publicPath: string, identify: Identify, parts: readonly Metrics[]): Route => async (request, response, path) => {
  if (path !== `${publicPath}/metrics`) return false
  try {
    const { role } = await identify(request.headers.authorization)
    if (role === 'operator') response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(await scrape(parts))
    else sendRefusal(request, response, 403, forOperators())
  } catch (error) {
    if (!(error instanceof RowhookError)) throw error
    sendRefusal(request, response, statusOf(error), error)
  }
  return true
}
