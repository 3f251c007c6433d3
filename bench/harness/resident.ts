/** The greatest resident size of a process while something goes on. */
import { residentBytes } from './cpu.ts'

export const MB = 2 ** 20
const SAMPLE_MS = 100

/** @returns ends the watch and tells the greatest size in MB */
export const watchMemory = (pid: number): (() => number) => {
  let greatest = 0
  const timer = setInterval(() => (greatest = Math.max(greatest, residentBytes(pid))), SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return greatest / MB
  }
}
