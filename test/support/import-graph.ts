/** Who imports whom among our sources. */
import { dirname, join } from 'node:path/posix'
import type { SourceFile } from './source.ts'

export type Import = { readonly from: string; readonly to: string; readonly isType: boolean }

/** Static and dynamic imports and re-exports, as they are written. */
const importsOf = ({ path, text }: SourceFile): Import[] => {
  const code = text.replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
  const statics = [...code.matchAll(/^(?:import|export)(\s+type)?\b[^;'"]*?\bfrom\s+'([^']+)'/gm), ...code.matchAll(/^import()\s+'([^']+)'/gm)]
  const dynamics = [...code.matchAll(/\bimport\(()'([^']+)'\)/g)]
  return [...statics, ...dynamics].map((match) => ({ from: path, to: match[2]!, isType: Boolean(match[1]) }))
}

/** Every import of `files`; what is ours is named by its path from the root, what is npm's or Node's by its own name. */
export const readImports = (files: readonly SourceFile[]): Import[] =>
  files.flatMap(importsOf).map((each) => (each.to.startsWith('.') ? { ...each, to: join(dirname(each.from), each.to) } : each))

/** The first cycle that is found, as the paths along it, or nothing. */
export const findCycle = (imports: readonly Import[]): string[] => {
  const targets = Map.groupBy(imports, ({ from }) => from)
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]): string[] => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return []
    for (const { to } of targets.get(file) ?? []) {
      const cycle = visit(to, [...trail, file])
      if (cycle.length > 0) return cycle
    }
    done.add(file)
    return []
  }
  for (const file of targets.keys()) {
    const cycle = visit(file, [])
    if (cycle.length > 0) return cycle
  }
  return []
}
