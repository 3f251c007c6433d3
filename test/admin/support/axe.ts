/** What screen readers and people with weak sight would stumble over. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** `all` that stand in the way of somebody, or of them the `colours` alone: for a page that has been asked for all of them already. */
export type Rules = 'all' | 'colours'

/** Tags of rules, or names of rules: those of the tags that look at colours. */
const runOnly: Readonly<Record<Rules, readonly string[]>> = { all: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'], colours: ['color-contrast', 'link-in-text-block'] }

/**
 * @returns serious and critical findings, a line each
 */
export const findBarriers = async (page: Page, rules: Rules = 'all'): Promise<string[]> => {
  // Run by the debugger, which the page's policy does not bind; once for each page, since it has half a megabyte.
  if (!(await page.evaluate<boolean>('"axe" in globalThis'))) await page.evaluate(axe.source)
  // Findings alone: a selector for each element that has none takes as long as the rules.
  const options: axe.RunOptions = { runOnly: [...runOnly[rules]], resultTypes: ['violations'] }
  const { violations } = await page.evaluate((given) => (globalThis as unknown as { axe: typeof axe }).axe.run(given), options)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)} ${node.failureSummary?.split('\n')[1]?.trim() ?? ''}`))
}
