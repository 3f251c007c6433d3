/** Scripts that complete `rowhook` in a shell, written from the command tree: nothing is asked of the program while somebody types. */
import type { Command } from 'commander'

/** A command with what may follow it. */
type Place = {
  /** names of the commands that lead to it: `endpoints list`; empty for the program */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly what: string }[]
  /** words that its arguments may be, where they are known */
  readonly values: readonly string[]
  readonly options: readonly { readonly name: string; readonly what: string; readonly takesValue: boolean; readonly choices: readonly string[] }[]
}

/** A time (`10:00:00Z`) and a name (`docs/x.md`) go on after their colon or full stop. */
const firstSentence = (text: string): string => (text.split('\n')[0] ?? '').replace(/[.:;]( .*)?$/, '')

const placesOf = (command: Command, path = ''): Place[] => [
  {
    path,
    commands: command.commands.map((each) => ({ name: each.name(), what: firstSentence(each.summary() || each.description()) })),
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    options: [
      ...command.options.map(({ long, description, required, optional, argChoices }) => ({ name: long ?? '', what: firstSentence(description), takesValue: required || optional, choices: argChoices ?? [] })),
      { name: '--help', what: 'explain a command', takesValue: false, choices: [] },
    ],
  },
  ...command.commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`.trim())),
]

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\\''`)}'`
const words = ({ commands, values, options }: Place): string => [...commands.map(({ name }) => name), ...values, ...options.map(({ name }) => name)].join(' ')
/** Options after which one of their choices follows, or something that only the person knows: nothing is offered then but files. */
const valued = (places: readonly Place[]) => places.flatMap(({ path, options }) => options.filter(({ takesValue }) => takesValue).map(({ name, choices }) => ({ path, name, choices })))
const below = (places: readonly Place[]): string => places.filter(({ path }) => path !== '').map(({ path }) => quoted(path)).join('|')

const bash = (places: readonly Place[]): string => `# bash completion of rowhook: source <(rowhook completion bash)
_rowhook() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" place='' found='' word at
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${place:+$place }\${COMP_WORDS[at]}"
    case "$word" in
      ${below(places)}) place="$word" ;;
    esac
  done
  case "$place" in
${places.map((place) => `    ${quoted(place.path)}) found=${quoted(words(place))} ;;`).join('\n')}
  esac
  case "$place $before" in
${valued(places).map(({ path, name, choices }) => `    ${quoted(`${path} ${name}`)}) found=${quoted(choices.join(' '))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _rowhook rowhook
`

const described = ({ commands, values, options }: Place): string =>
  [...commands.map(({ name, what }) => `${name}:${what}`), ...values, ...options.map(({ name, what }) => `${name}:${what}`)].map(quoted).join(' ')

const zsh = (places: readonly Place[]): string => `#compdef rowhook
# zsh completion of rowhook: source <(rowhook completion zsh), after compinit
_rowhook() {
  local place='' word each
  local -a found
  for each in "\${(@)words[2,CURRENT-1]}"; do
    word="\${place:+$place }$each"
    case "$word" in
      (${below(places)}) place="$word" ;;
    esac
  done
  case "$place" in
${places.map((place) => `    (${quoted(place.path)}) found=(${described(place)}) ;;`).join('\n')}
  esac
  case "$place \${words[CURRENT-1]}" in
${valued(places).map(({ path, name, choices }) => `    (${quoted(`${path} ${name}`)}) found=(${choices.map(quoted).join(' ')}) ;;`).join('\n')}
  esac
  if (( $#found )); then
    _describe rowhook found || _files
  else
    _files
  fi
}
compdef _rowhook rowhook
`

const fish = (places: readonly Place[]): string => `# fish completion of rowhook: rowhook completion fish | source
function __rowhook_at
  set -l place
  for each in (commandline -opc)[2..-1]
    set -l word (string join -- ' ' $place $each)
    switch "$word"
      case ${places.filter(({ path }) => path !== '').map(({ path }) => quoted(path)).join(' ')}
        set place $word
    end
  end
  test "$place" = "$argv[1]"
end
${places.flatMap(({ path, commands, values, options }) => [
  ...commands.map(({ name, what }) => `complete -c rowhook -f -n "__rowhook_at ${quoted(path)}" -a ${quoted(name)} -d ${quoted(what)}`),
  ...values.map((value) => `complete -c rowhook -f -n "__rowhook_at ${quoted(path)}" -a ${quoted(value)}`),
  ...options.map(({ name, what, takesValue, choices }) => `complete -c rowhook -n "__rowhook_at ${quoted(path)}" -l ${name.slice(2)} -d ${quoted(what)}${choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : takesValue ? ' -r' : ''}`),
]).join('\n')}
`

const shells = { bash, zsh, fish }

export type Shell = keyof typeof shells

export const shellNames = Object.keys(shells) as readonly Shell[]

export const completionScript = (shell: Shell, program: Command): string => shells[shell](placesOf(program))
