/** CPU time of processes, from /proc (Linux): the figure that stays steady where the wall clock is noisy. */
import { readFileSync, readdirSync } from 'node:fs'

/** Clock ticks a second, as every Linux on every usual platform has them. */
const TICKS = 100

type Stat = { readonly parent: number; readonly ownMs: number; readonly endedChildrenMs: number }

const readStat = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name stands in brackets and may hold anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number)
    const ms = (index: number) => ((fields[index] ?? 0) * 1000) / TICKS
    return { parent: fields[1] ?? 0, ownMs: ms(11) + ms(12), endedChildrenMs: ms(13) + ms(14) }
  } catch {
    return undefined // it has ended, or this is no Linux
  }
}

/** User and system time of one process with all its threads, in milliseconds; 0 where there is no /proc. */
export const processCpuMs = (pid: number): number => readStat(pid)?.ownMs ?? 0

/** The same for a process and its children, also those that have ended (a server and its backends). */
export const familyCpuMs = (pid: number): number => {
  const head = readStat(pid)
  if (head === undefined) return 0
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((name) => readStat(Number(name)))
  return children.reduce((sum, child) => sum + (child?.parent === pid ? child.ownMs : 0), head.ownMs + head.endedChildrenMs)
}

/** The parent of a process. */
export const parentOf = (pid: number): number => readStat(pid)?.parent ?? 0

/** Resident memory in bytes; 0 where there is no /proc. */
export const residentBytes = (pid: number): number => {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')
    return Number(pages) * 4096
  } catch {
    return 0
  }
}
