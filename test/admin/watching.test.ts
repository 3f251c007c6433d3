/** The pages on which somebody watches what happens, in a real Chromium before a real server, worker and database. */
import { suite } from 'uvu'
import { alerts } from './cases/alerts.ts'
import { auditLog } from './cases/audit-log.ts'
import { deliveries } from './cases/deliveries.ts'
import { eventTypes } from './cases/event-types.ts'
import { events } from './cases/events.ts'
import { overview } from './cases/overview.ts'
import { session } from './cases/session.ts'
import { readyCases } from './support/ready-cases.ts'

const ready = await readyCases([...session, ...deliveries, ...events, ...eventTypes, ...alerts, ...auditLog, ...overview])

const pages = suite('the admin page, to see what happens')
pages.after(ready.close)

pages('opens in a browser, or says of each why it did not start', ready.hasBrowserOrReasons)

for (const { name, run } of ready.cases) pages(name, run)

pages.run()
