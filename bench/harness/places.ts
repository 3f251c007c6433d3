/** Where the benchmark keeps its server, its raw data and its plots. */
import { join } from 'node:path'
import { packageRoot } from '../../src/config/package.ts'

export const benchHome = join(packageRoot, '.rowhook', 'bench')
