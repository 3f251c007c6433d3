/** Scripts that complete `rowhook` in a shell, written from the command tree: nothing is asked of the program while somebody types. */
import type { Command } from 'commander'

/** A command with what may follow it. */
type Place = {
  /** names of the commands that lead to it: `endpoints list`; empty for the program */
  readonly path: string
  readonly commands: readonly { readonly name: string; readonly what: string }[]
  readonly options: readonly { readonly name: string; readonly what: string; readonly choices: readonly string[] }[]
}

const firstSentence = (text: string): string => (text.split('\n')[0] ?? '').replace(/[.:].*$/, '')

const placesOf = (command: Command, path = ''): Place[] => [
  {
    path,
    commands: command.commands.map((each) => ({ name: each.name(), what: firstSentence(each.summary() || each.description()) })),
    options: [
      ...command.options.map(({ long, description, argChoices }) => ({ name: long ?? '', what: firstSentence(description), choices: argChoices ?? [] })),
      { name: '--help', what: 'explain a command', choices: [] },
    ],
  },
  ...command.commands.flatMap((each) => placesOf(each, `${path} ${each.name()}`.trim())),
]

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\\''`)}'`
const words = ({ commands, options }: Place): string => [...commands, ...options].map(({ name }) => name).join(' ')
const chosen = (places: readonly Place[]) => places.flatMap(({ path, options }) => options.filter(({ choices }) => choices.length > 0).map(({ name, choices }) => ({ path, name, choices })))
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
${chosen(places).map(({ path, name, choices }) => `    ${quoted(`${path} ${name}`)}) found=${quoted(choices.join(' '))} ;;`).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}
complete -o default -F _rowhook rowhook
`

const described = ({ commands, options }: Place): string => [...commands, ...options].map(({ name, what }) => quoted(`${name.replaceAll(':', String.raw`\:`)}:${what}`)).join(' ')

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
${chosen(places).map(({ path, name, choices }) => `    (${quoted(`${path} ${name}`)}) found=(${choices.map(quoted).join(' ')}) ;;`).join('\n')}
  esac
  _describe rowhook found || _files
}
compdef _rowhook rowhook
`

const fish = (places: readonly Place[]): string => `# fish completion of rowhook: rowhook completion fish | source
function __rowhook_at
  set -l place
  for each in (commandline -opc)[2..-1]
    set -l word (string join ' ' $place $each)
    switch "$word"
      case ${places.filter(({ path }) => path !== '').map(({ path }) => quoted(path)).join(' ')}
        set place $word
    end
  end
  test "$place" = "$argv[1]"
end
${places.flatMap(({ path, commands, options }) => [
  ...commands.map(({ name, what }) => `complete -c rowhook -f -n "__rowhook_at ${quoted(path)}" -a ${quoted(name)} -d ${quoted(what)}`),
  ...options.map(({ name, what, choices }) => `complete -c rowhook -n "__rowhook_at ${quoted(path)}" -l ${name.slice(2)} -d ${quoted(what)}${choices.length > 0 ? ` -x -a ${quoted(choices.join(' '))}` : ''}`),
]).join('\n')}
`

const shells = { bash, zsh, fish }

export type Shell = keyof typeof shells

export const shellNames = Object.keys(shells) as readonly Shell[]

export const completionScript = (shell: Shell, program: Command): string => shells[shell](placesOf(program))
