/**
 * Adds to package-lock.json the builds for other platforms that npm left out because its registry mirror does not have them.
 * Without their entries `npm ci` takes the lockfile for outdated, although it would never install them here.
 * Run it after `npm install`; it changes nothing else. The entries bear no integrity: whoever installs on such a platform
 * gets the version that the parent package pins.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32']
const processors = { arm64: 'arm64', arm: 'arm', x64: 'x64', ia32: 'ia32', ppc64: 'ppc64', riscv64: 'riscv64', s390x: 's390x' }

/** The platform in a name like `@oxlint/binding-linux-arm64-musl`. */
const platformOf = (name) => {
  const words = name.split('/').at(-1).split('-')
  const os = words.find((word) => systems.includes(word))
  const cpu = processors[words.find((word) => word in processors)]
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return os && cpu ? { cpu: [cpu], ...(os === 'linux' && libc ? { libc: [libc] } : {}), os: [os] } : undefined
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const added = []
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const platform = platformOf(name)
    const path = `node_modules/${name}`
    if (lock.packages[path] || !platform || !/^\d+\.\d+\.\d+/.test(version)) continue
    const { cpu, libc, os } = platform
    lock.packages[path] = { version, cpu, ...(parent.dev ? { dev: true } : {}), ...(libc ? { libc } : {}), optional: true, os }
    added.push(name)
  }
}
const root = lock.packages['']
const sorted = Object.entries(lock.packages).filter(([path]) => path !== '').toSorted(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = { '': root, ...Object.fromEntries(sorted) }
if (added.length > 0) writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`)
process.stdout.write(`${added.length} added\n`)
