/** The admin page in a real Chromium, before a real server, worker and database. All in one file, because one browser is enough. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { alerts } from './cases/alerts.ts'
import { apiKeys } from './cases/api-keys.ts'
import { auditLog } from './cases/audit-log.ts'
import type { Case } from './cases/case.ts'
import { deliveries } from './cases/deliveries.ts'
import { endpointForm } from './cases/endpoint-form.ts'
import { endpoints } from './cases/endpoints.ts'
import { events } from './cases/events.ts'
import { eventTypes } from './cases/event-types.ts'
import { overview } from './cases/overview.ts'
import { session } from './cases/session.ts'
import { snippets } from './cases/snippets.ts'
import { settings } from './cases/settings.ts'
import { openBrowser } from './support/browser.ts'
import { createWorld } from './support/world.ts'

const cases: readonly Case[] = [...session, ...deliveries, ...events, ...eventTypes, ...alerts, ...auditLog, ...apiKeys, ...settings, ...endpoints, ...endpointForm, ...snippets, ...overview]

const { browser, failures } = await openBrowser()
const world = browser && (await createWorld(browser))

const pages = suite('the admin page')

pages.after(() => world?.close())

pages('opens in a browser, or says of each why it did not start', () => {
  assert.ok(browser ?? failures.every((failure) => /: .+/.test(failure)))
  assert.is(browser === undefined && failures.length < 2, false)
})

for (const { name, run } of world ? cases : []) {
  pages(name, async () => {
    try {
      await run(world!)
    } finally {
      await world!.settle()
    }
  })
}

pages.run()
