/** Cases with the world that they run in: one browser, server, worker and database for all of a file. */
import * as assert from 'uvu/assert'
import type { Case } from '../cases/case.ts'
import { openBrowser } from './browser.ts'
import { createWorld } from './world.ts'

export type ReadyCases = {
  /** none where no browser starts, which has been said aloud */
  readonly cases: readonly { readonly name: string; readonly run: () => Promise<void> }[]
  /** a test of its own, so that a file without a browser still tests why */
  readonly hasBrowserOrReasons: () => void
  readonly close: () => Promise<void>
}

export const readyCases = async (cases: readonly Case[]): Promise<ReadyCases> => {
  const { browser, failures } = await openBrowser()
  const world = browser && (await createWorld(browser))
  return {
    cases: !world ? [] : cases.map(({ name, run }) => ({
      name,
      run: async () => {
        try {
          await run(world)
        } finally {
          await world.settle()
        }
      },
    })),
    hasBrowserOrReasons: () => {
      assert.ok(browser ?? failures.every((failure) => /: .+/.test(failure)))
      assert.is(browser === undefined && failures.length < 2, false)
    },
    close: async () => world?.close(),
  }
}
