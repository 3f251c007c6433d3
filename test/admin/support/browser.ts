/** A real Chromium: Debian's where there is one, else the one inside the npm package. */
import chromium from '@sparticuz/chromium'
import { existsSync } from 'node:fs'
import { type Browser, chromium as playwright } from 'playwright-core'

const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path))

/** Without a sandbox, because CI runs as root; it sees this machine alone. The flags that the package recommends are for one page in one process. */
const flags = ['--no-zygote', '--disable-gpu', '--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb']

/** @returns nothing where no browser starts, said aloud */
export const openBrowser = async (): Promise<Browser | undefined> => {
  try {
    if (installed) return await playwright.launch({ executablePath: installed, args: flags })
    return await playwright.launch({ executablePath: await chromium.executablePath(), args: flags })
  } catch (error) {
    process.stderr.write(`\n*** THE ADMIN PAGE IS NOT TESTED: no Chromium starts here. ***\n${error instanceof Error ? error.message : String(error)}\n`)
    return undefined
  }
}
