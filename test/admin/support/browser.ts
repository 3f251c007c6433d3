/** A real Chromium: Debian's where there is one, else the one inside the npm package, with its own libraries where the machine lacks them. */
import chromium, { inflate } from '@sparticuz/chromium'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium as playwright, type LaunchOptions } from 'playwright-core'

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** NSS and its like as the package brings them; it unpacks them by itself in a cloud function only. */
const LIBRARIES = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin/al2023.tar.br')

/** Without a sandbox, because CI runs as root; it sees this machine alone. The flags that the package recommends are for one page in one process. */
const flags = ['--disable-gpu', '--no-sandbox', '--disable-dev-shm-usage', '--force-color-profile=srgb']

type Candidate = { readonly name: string; readonly options: () => Promise<LaunchOptions> }

/** The package unpacks its fonts beside the browser; they are used where the machine has no font configuration. */
const fonts = (executablePath: string) => (existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(dirname(executablePath), 'fonts') })

/** Unpacked for this process alone: another one would start what is half written. */
const place = join(tmpdir(), `rowhook-chromium-${process.pid}`)

const packaged = async () => {
  mkdirSync(place, { recursive: true })
  process.env['TMPDIR'] = place // where the package unpacks
  const executablePath = await chromium.executablePath()
  return { executablePath, env: { ...process.env, ...fonts(executablePath) } }
}

const withItsLibraries = async () => {
  const { executablePath, env } = await packaged()
  return { executablePath, env: { ...env, LD_LIBRARY_PATH: join(await inflate(LIBRARIES), 'lib') } }
}

const candidates: readonly Candidate[] = [
  ...INSTALLED.filter((path) => existsSync(path)).map((executablePath) => ({ name: executablePath, options: () => Promise.resolve({ executablePath }) })),
  { name: 'the packaged Chromium', options: packaged },
  { name: 'the packaged Chromium with its own libraries', options: withItsLibraries },
]

export type OpenedBrowser = { readonly browser?: Browser; /** why each candidate did not start */ readonly failures: readonly string[] }

/** @returns no browser where none starts, said aloud */
export const openBrowser = async (): Promise<OpenedBrowser> => {
  const failures: string[] = []
  for (const { name, options } of candidates) {
    try {
      const browser = await playwright.launch({ ...(await options()), args: flags })
      browser.on('disconnected', () => rmSync(place, { recursive: true, force: true }))
      return { browser, failures }
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  process.stderr.write(`\n*** THE ADMIN PAGE IS NOT TESTED: no Chromium starts here. Install Debian's: apt-get install chromium ***\n${failures.join('\n')}\n`)
  return { failures }
}
