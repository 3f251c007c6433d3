/** Where Rowhook is installed, and which version it is: for the files that come with it. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Sources lie in `src/`, the compiled package in `dist/src/`: the nearest package.json above is ours in both. */
const findRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** Absolute path of the package: `migrations/`, `.gmrc` and package.json are in it. */
export const packageRoot = findRoot()

const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }

/** The version of Rowhook, e.g. for `user-agent: Rowhook/<version>`. */
export const packageVersion = version

/** Whether this is the compiled package, whose modules end in `.js`. */
const isCompiled = import.meta.url.endsWith('.js')

/** Absolute path of the folder whose files are graphile-worker's tasks, in the form that this Node can run. */
export const tasksFolder = join(packageRoot, isCompiled ? 'dist/tasks' : 'tasks')

/** Absolute path of the built admin page; a checkout that has not built it lacks it. */
export const adminFolder = join(packageRoot, 'dist/admin')

/** All that the admin page asks, in the form of a PERSISTED_OPERATIONS file; lies in its folder. */
export const adminOperations = join(adminFolder, 'operations.json')

/** How the command is called here, for lines to copy: a checkout brings the right Node along by npm. */
export const commandLine = isCompiled ? 'rowhook' : 'npm run -s rowhook --'
