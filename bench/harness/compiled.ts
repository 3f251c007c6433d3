/** The worker as npm installs it: compiled, so that it loads no type stripper (28 MB). */
import { execFile } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { packageRoot } from '../../src/config/package.ts'
import { benchHome } from './places.ts'

const compile = async (): Promise<string> => {
  const home = join(benchHome, 'compiled')
  await promisify(execFile)(join(packageRoot, 'node_modules', '.bin', 'tsc'), ['-p', join(packageRoot, 'bench', 'tsconfig.compiled.json'), '--outDir', join(home, 'dist')])
  copyFileSync(join(packageRoot, 'package.json'), join(home, 'package.json')) // by which the compiled package finds its tasks
  return join(home, 'dist', 'bench', 'processes', 'rowhook.js')
}

let compiled: Promise<string> | undefined

/** Compiles the sources, once in a run. @returns the program to start */
export const compiledWorker = (): Promise<string> => (compiled ??= compile())
