/** The command line: help that can be read aloud, errors with what to do, and exit codes. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { progressLine } from '../../src/cli/administer.ts'
import { createProgram, runProgram } from '../../src/cli/program.ts'

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

exits('are 70 for a bug, told with where it happened', async () => {
  const program = new Command().exitOverride()
  program.command('fail').action(() => Promise.reject(new TypeError('x is not a function')))
  const write = process.stderr.write.bind(process.stderr)
  let said = ''
  process.stderr.write = (text: string | Uint8Array) => ((said += String(text)), true)
  const code = await runProgram(['fail'], program)
  process.stderr.write = write
  assert.is(code, 70)
  assert.match(said, /TypeError: x is not a function\n +at [^]*This is a bug in Rowhook/)
})

exits('are listed in docs/operating.md as in --help', () => {
  const listed = /Exit codes: ([^]*?)\./.exec(rowhook(['--help']).stdout)![1]!
  assert.equal(listed.match(/\d+/g), ['0', '1', '2', '70'])
  assert.match(readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8'), /Exit codes: 0 done, 1 failed [^]*, 2 wrong usage, 70 a bug in Rowhook/)
})

exits.run()

const json = suite('--json')

/** These run until they are told to stop, and print what they log; a script is no data. */
const withoutData = ['demo', 'up', 'worker', 'serve', 'completion']

json('is an option of every command that prints data', () => {
  const leaves = everyCommand(createProgram()).filter(({ commands }) => commands.length === 0)
  assert.ok(leaves.length > 30)
  assert.equal(leaves.filter((command) => !command.options.some(({ long }) => long === '--json')).map(nameOf).toSorted(), withoutData.map((name) => `rowhook ${name}`).toSorted())
})

json.run()

const completion = suite('completion')

/** What bash offers for the last word of a line, by the script as a shell sources it. */
const offered = (line: string): string[] => {
  const words = line.split(' ')
  const script = `source <("$NODE" "$MAIN" completion bash)\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_rowhook\nprintf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '--noprofile', '-c', script], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', NODE: process.execPath, MAIN: main } })
  assert.equal([status, stderr], [0, ''])
  return stdout.split('\n').filter(Boolean)
}

completion('of bash knows commands, commands of commands, options and their values', () => {
  assert.equal(offered('rowhook de'), ['demo', 'deliveries'])
  assert.equal(offered('rowhook endpoints re'), ['resume', 'reveal-secret'])
  assert.equal(offered('rowhook token --role o'), ['owner', 'operator'])
  assert.equal(offered('rowhook deliveries list --status failed --li'), ['--limit'])
  assert.ok(offered('rowhook ').length > 20)
})

for (const [shell, ...check] of [['zsh', '-n'], ['fish', '--no-execute']] as const) {
  completion(`of ${shell} is a script that ${shell} can read`, () => {
    const { stdout } = rowhook(['completion', shell])
    for (const name of ['rotate-secret', '--dry-run', 'operator']) assert.match(stdout, name.replace(/^--/, ''))
    // From a file: fish 3.6 takes the socket that Node gives as standard input for a directory.
    const folder = mkdtempSync(join(tmpdir(), 'rowhook-completion-'))
    writeFileSync(join(folder, 'script'), stdout)
    const { error, status, stderr } = spawnSync(shell, [...check, join(folder, 'script')], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    if (error) process.stderr.write(`\n*** SKIPPED: ${shell} is not installed, so its completion was not read by it ***\n`)
    else assert.is(status, 0, stderr)
  })
}

completion.run()

const progress = suite('progress')

progress('is a bar where the share is known, and a line where it is not', () => {
  assert.is(progressLine('7 deliveries …'), '7 deliveries …')
  assert.is(progressLine('7 deliveries …', 0.5), `[${'#'.repeat(15)}${' '.repeat(15)}]  50 %  7 deliveries …`)
  assert.match(progressLine('x', 1.2), '100 %')
})

progress.run()
