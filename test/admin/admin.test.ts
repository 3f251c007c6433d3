/** The admin page in a real Chromium, before a real server, worker and database. All in one file, because one browser is enough. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Case } from './cases/case.ts'
import { deliveries } from './cases/deliveries.ts'
import { session } from './cases/session.ts'
import { createWorld } from './support/world.ts'

const cases: readonly Case[] = [...session, ...deliveries]

const world = await createWorld()

const pages = suite('the admin page')

pages.after(() => world?.close())

// Without a browser there is nothing to run; openBrowser has said so aloud.
for (const { name, run } of world ? cases : []) {
  pages(name, async () => {
    try {
      await run(world!)
    } finally {
      await world!.settle()
    }
  })
}

pages('finds its browser, wherever CI is set', () => assert.ok(world || !process.env['CI'], 'no Chromium starts here'))

pages.run()
