/** The command line: help that can be read aloud, errors with what to do, and exit codes. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createProgram } from '../../src/cli/program.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

const rowhook = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', ...env } })

const everyCommand = (command: Command): Command[] => [command, ...command.commands.flatMap(everyCommand)]

const nameOf = (command: Command): string => (command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name())

const help = suite('help')

for (const command of everyCommand(createProgram())) {
  help(`explains ${nameOf(command)}, its options and arguments`, () => {
    assert.match(command.description(), /^[A-Z].*\.$/s, 'a sentence')
    for (const option of command.options) assert.ok(option.description, `what is ${option.flags}?`)
    for (const argument of command.registeredArguments) assert.ok(argument.description, `what is ${argument.name()}?`)
  })
}

help('is asked for, so it is not an error, and lists the exit codes', () => {
  const { status, stdout, stderr } = rowhook(['--help'])
  assert.equal([status, stderr], [0, ''])
  assert.match(stdout, 'Exit codes: 0 done')
})

help.run()

const exits = suite('exit codes')

exits('are 2 for a command that does not exist', () => {
  const { status, stderr } = rowhook(['migrat', 'up'])
  assert.is(status, 2)
  assert.match(stderr, 'Did you mean migrate?')
})

exits('are 1 for what can be corrected, told in full', () => {
  const { status, stdout, stderr } = rowhook(['migrate', 'status'], { DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/shop' })
  assert.equal([status, stdout], [1, ''])
  assert.equal(
    stderr.split('\n').map((line) => line.split(':')[0]),
    ['The database cannot be reached.', 'Detail', 'Hint', 'Code', ''],
  )
  assert.not.match(stderr, 'hunter2')
})

exits.run()
