/** How a page is looked at: by day or night, on a desk or a phone; and pictures of that. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { packageRoot } from '../../../src/config/package.ts'
import { waitFor } from '../../support/wait.ts'

export type Look = {
  readonly scheme?: 'light' | 'dark'
  readonly isPhone?: boolean
}

/** A context's options for a look; nothing moves, so that nothing has to be waited for. */
export const screenOf = ({ scheme = 'light', isPhone = false }: Look) =>
  ({ colorScheme: scheme, reducedMotion: 'reduce', viewport: isPhone ? { width: 390, height: 844 } : { width: 1360, height: 860 } }) as const

/** Turns a page that is open to another look, and waits until it has followed. */
export const lookAt = async (page: Page, look: Look): Promise<void> => {
  const { viewport, ...media } = screenOf(look)
  await page.setViewportSize(viewport)
  await page.emulateMedia(media)
  // A colour that changes is between the two until the next frame, however short its transition.
  const hasFollowed = `document.documentElement.dataset.mantineColorScheme === '${media.colorScheme}' && innerWidth === ${viewport.width} && document.getAnimations().every(({ playState }) => playState !== 'running')`
  await waitFor(() => page.evaluate<boolean>(hasFollowed), { what: 'the page to follow' })
}

/** Kept as artefacts of the run, and not committed. */
const SCREENSHOTS = join(packageRoot, 'coverage/screenshots')

export const screenshot = async (page: Page, name: string): Promise<void> => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) })
}
