/** A test of the admin page in the browser; test/admin/{watching,managing}.test.ts run them, each in a world of its own. */
import * as assert from 'uvu/assert'
import { findBarriers, type Rules } from '../support/axe.ts'
import { type Look, lookAt, screenshot } from '../support/looks.ts'
import type { OpenOptions, World } from '../support/world.ts'
import type { Page } from 'playwright-core'

export type Case = { readonly name: string; readonly run: (world: World) => Promise<void> }

/** In the dark nothing but the colours is another. */
const looks: readonly (readonly [name: string, look: Look, rules: Rules])[] = [
  ['light', {}, 'all'],
  ['phone', { isPhone: true }, 'all'],
  ['dark', { scheme: 'dark' }, 'colours'],
]

/** Nothing is in the way of those who listen or see little, in what is open as well. */
export const isOpenToAll = async (page: Page, message?: string, rules?: Rules): Promise<void> => assert.equal(await findBarriers(page, rules), [], message)

/**
 * A page in light, phone width and dark, by turns and without loading it again: a picture of each, and nothing in the way of anybody.
 * @param ready waits until the page is as it shall be looked at
 */
export const looksGood = (name: string, path: string | ((world: World) => string | Promise<string>), ready: (page: Page, world: World) => Promise<unknown>, options: OpenOptions = {}): Case => ({
  name: `${name}: good to look at and to hear, in light, dark and on a phone`,
  run: async (world) => {
    const page = await world.open(typeof path === 'string' ? path : await path(world), options)
    await ready(page, world)
    for (const [look, how, rules] of looks) {
      await lookAt(page, how)
      await screenshot(page, `${name}-${look}`)
      await isOpenToAll(page, look, rules)
      // Nothing is wider than the screen.
      assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), `${look}: scrolls sideways`)
    }
  },
})
