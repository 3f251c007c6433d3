/** What screen readers and people with weak sight would stumble over. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/**
 * @returns serious and critical findings, a line each
 */
export const findBarriers = async (page: Page): Promise<string[]> => {
  // Run by the debugger, which the page's policy does not bind.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }))
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`))
}
