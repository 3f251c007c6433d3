/** What uvu would let pass in silence: a suite that never runs, a test that another one hides, a file without tests. */

const namesOf = (text: string): string[] => [...text.matchAll(/\bconst (\w+) = suite(?:<[^\n]*>)?\(/g)].map((match) => match[1]!)

const escape = (name: string) => name.replaceAll('$', String.raw`\$`)

/** Every test's name, as it is written, by suite. A name with `${…}` in it stands for several and is left out. */
const testsOf = (text: string, suite: string): string[] =>
  [...text.matchAll(new RegExp(String.raw`(?<![\w.])${escape(suite)}\(\s*(['"\`])((?:\\.|(?!\1)[^\\])*)\1`, 'g'))].map((match) => match[2]!)

const equalNames = (names: readonly string[]): string[] => names.filter((name, at) => !name.includes('${') && names.indexOf(name) !== at)

/**
 * Reads a test file and says what is wrong with it.
 * @returns complaints, none for a good file
 */
export const findSuiteFaults = (text: string): string[] => {
  const suites = namesOf(text)
  const faults: string[] = []
  if (suites.length === 0) faults.push('has no suite: const … = suite(…)')
  for (const suite of suites) {
    const tests = testsOf(text, suite)
    if (tests.length === 0) faults.push(`suite ${suite} has no test`)
    if (!new RegExp(String.raw`^[ \t]*${escape(suite)}\.run\(\)`, 'm').test(text)) faults.push(`suite ${suite} is never run: end it with ${suite}.run()`)
    for (const name of equalNames(tests)) faults.push(`suite ${suite} has two tests called "${name}"`)
    for (const left of ['only', 'skip']) {
      if (new RegExp(String.raw`(?<![\w.])${escape(suite)}\.${left}\(`).test(text)) faults.push(`suite ${suite} uses .${left}, which leaves tests out`)
    }
  }
  // uvu begins at the first pause after run(): what is added later runs in a second round, with the first suites again
  const afterRun = text.slice(Math.max(0, text.search(/^\w+\.run\(\)/m)))
  if (/^\w+\.run\(\)/.test(afterRun) && /^(?:const .* = )?await /m.test(afterRun)) faults.push('awaits at the top level after a run(): move it above the first suite')
  return faults
}
