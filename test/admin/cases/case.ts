/** A test of the admin page in the browser; test/admin/{watching,managing}.test.ts run them, each in a world of its own. */
import * as assert from 'uvu/assert'
import { findBarriers } from '../support/axe.ts'
import { type OpenOptions, screenshot, type World } from '../support/world.ts'
import type { Page } from 'playwright-core'

export type Case = { readonly name: string; readonly run: (world: World) => Promise<void> }

const looks: readonly (readonly [string, OpenOptions])[] = [
  ['light', {}],
  ['dark', { scheme: 'dark' }],
  ['phone', { isPhone: true }],
]

/** Nothing is in the way of those who listen or see little, in what is open as well. */
export const isOpenToAll = async (page: Page, message?: string): Promise<void> => assert.equal(await findBarriers(page), [], message)

/**
 * A page in light, dark and phone width: a picture of each, and nothing in the way of anybody.
 * @param ready waits until the page is as it shall be looked at
 */
export const looksGood = (name: string, path: string | ((world: World) => string | Promise<string>), ready: (page: Page, world: World) => Promise<unknown>, options: OpenOptions = {}): Case => ({
  name: `${name}: good to look at and to hear, in light, dark and on a phone`,
  run: async (world) => {
    const where = typeof path === 'string' ? path : await path(world)
    for (const [look, more] of looks) {
      const page = await world.open(where, { ...options, ...more })
      await ready(page, world)
      await screenshot(page, `${name}-${look}`)
      await isOpenToAll(page, look)
      // Nothing is wider than the screen.
      assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), `${look}: scrolls sideways`)
    }
  },
})
