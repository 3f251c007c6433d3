#!/usr/bin/env node
/** The `rowhook` command. Checks the Node version before anything else is loaded, since older ones fail without saying why. */
const needed = [22, 19] as const

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `Rowhook needs Node ${needed.join('.')} or later, and this is ${process.version}.\n` +
      'From a checkout, npm run -s rowhook -- <command> brings the right one along. Elsewhere install Node 24 (https://nodejs.org).\n',
  )
  process.exitCode = 1
} else {
  const { bearLostOutput } = await import('./lost-output.ts')
  const { runProgram } = await import('./program.ts')
  bearLostOutput()
  process.exitCode = await runProgram(process.argv.slice(2))
}
