/**
 * Runs before every npm script, under whatever Node the machine has: installs what package-lock.json asks for when that is not
 * what node_modules holds, and builds the admin page when its sources have changed. Node 24 comes as a package, and npm puts it
 * first on the PATH of the script that follows. Plain JavaScript, because it must run before anything is installed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAdminPageBuilt } from './admin-page.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The packages that a lockfile names, or none where it is missing. */
const packagesOf = (path) => {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/** npm notes what it installed in a lockfile of its own; packages for other platforms are missing there and may be. */
const isInstalled = () => {
  const installed = packagesOf('node_modules/.package-lock.json')
  return Object.entries(packagesOf('package-lock.json')).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === wanted.version : wanted.optional === true || wanted.devOptional === true
  })
}

if (!isInstalled()) {
  process.stderr.write('Installing packages (npm ci, about 40 seconds) …\n')
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, error } = spawnSync(command, [...first, ...flags], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) {
    process.stderr.write(
      `The packages could not be installed: ${error ? error.message : `npm ci ended with ${status}, see above`}.\n` +
        'Check the connection to the package registry and that this directory is writable, then run the command again.\n',
    )
    process.exit(1)
  }
}

// The API and the worker do without it, so a page that cannot be built is said and stops nothing.
if (!isAdminPageBuilt()) {
  const ours = join(root, 'node_modules/.bin/node')
  const { status, stderr } = spawnSync(existsSync(ours) ? ours : process.execPath, [join(root, 'ops/admin-page.mjs')], { cwd: root, encoding: 'utf8' })
  if (status !== 0) process.stderr.write(`${stderr}\nThe admin page could not be built; everything else works. npm run build:admin tries again.\n`)
}
