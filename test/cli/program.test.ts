/** The command line: help that can be read aloud, errors with what to do, and exit codes. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { progressLine } from '../../src/cli/administer.ts'
import { shellNames } from '../../src/cli/completion.ts'
import { createProgram, runProgram } from '../../src/cli/program.ts'
import { inherited } from '../support/command.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

const rowhook = (args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', env: { ...inherited(), ...env } })

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

exits('are those of the work where the reader of the output goes early, and 1 where it cannot be written', () => {
  const piped = (command: string) => spawnSync('bash', ['--norc', '-c', `set -o pipefail; ${command}`], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', NODE: process.execPath, MAIN: main } })
  // More than a pipe holds, so that the second half finds nobody.
  const early = piped('for n in 1 2; do "$NODE" "$MAIN" completion fish || exit; done | true')
  assert.equal([early.status, early.stderr], [0, ''])
  const full = piped('"$NODE" "$MAIN" completion zsh > /dev/full')
  assert.is(full.status, 1)
  assert.match(full.stderr, /^Standard output cannot be written: ENOSPC/)
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

/** How each shell is asked what it offers for the last word of a line, by the script as it reads it. */
const askers = {
  bash: (words: readonly string[]) => `eval "$SCRIPT"
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _rowhook; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // Outside a line editor zsh's own functions do nothing: _describe is what the script hands its findings to.
  zsh: (words: readonly string[]) => `compdef() { : }; _describe() { print -rl -- "\${(@P)2}" }; _files() { : }
eval "$SCRIPT"; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _rowhook`,
  fish: (words: readonly string[]) => `echo $SCRIPT | source; complete -C '${words.join(' ')}'`,
}

/** @returns names alone, of those that begin like the last word; `undefined`: this machine has no such shell */
const offered = (shell: keyof typeof askers, script: string, line: string): string[] | undefined => {
  const words = line.split(' ')
  const bare = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] }[shell]
  const { stdout, stderr, status, error } = spawnSync(shell, [...bare, '-c', askers[shell](words)], { encoding: 'utf8', cwd: '/', env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', SCRIPT: script } })
  if (error) return undefined
  assert.equal([status, stderr], [0, ''], `${shell}: ${line}`)
  return stdout.split('\n').map((each) => each.split(/[:\t]/)[0]!).filter((name) => name !== '' && name.startsWith(words.at(-1)!))
}

for (const shell of shellNames) {
  completion(`of ${shell} knows commands, commands of commands, options and values`, () => {
    const script = rowhook(['completion', shell]).stdout
    if (offered(shell, script, 'rowhook ') === undefined) {
      process.stderr.write(`\n*** SKIPPED: ${shell} is not installed, so its completion was not tried ***\n`)
      return
    }
    const offers = (line: string) => offered(shell, script, line)!.toSorted()
    assert.ok(offers('rowhook ').length > 20)
    assert.equal(offers('rowhook de'), ['deliveries', 'demo'])
    assert.equal(offers('rowhook endpoints re'), ['resume', 'reveal-secret'])
    assert.equal(offers('rowhook token --role o'), ['operator', 'owner'])
    assert.equal(offers('rowhook deliveries list --status failed --li'), ['--limit'])
    assert.equal(offers('rowhook completion f'), ['fish'])
    if (shell !== 'fish') assert.equal(offers('rowhook emit sale.created --data --id'), [], 'a value follows; fish offers options even there')
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
