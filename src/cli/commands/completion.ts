/** `rowhook completion`: for the Tab key. */
import { Argument, type Command } from 'commander'
import { completionScript, shellNames, type Shell } from '../completion.ts'

export const register = (program: Command) =>
  program
    .command('completion')
    .summary('complete commands and options in a shell')
    .description('Prints a script that completes commands and options: source <(rowhook completion bash) in ~/.bashrc, the same with zsh in ~/.zshrc, rowhook completion fish | source in config.fish.')
    .addArgument(new Argument('<shell>', 'which shell').choices([...shellNames]))
    .action((shell: Shell) => void process.stdout.write(completionScript(shell, program)))
