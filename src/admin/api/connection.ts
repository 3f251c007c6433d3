/** The WebSocket as pages know it: told each time that it opens, and whether those who watch have lost it. */
import { useSyncExternalStore } from 'react'

/** It is opened again within a second or so, mostly; nobody needs to know before. */
const PATIENCE_MS = 3_000

const openings = new Set<() => void>()
const listeners = new Set<() => void>()
let watchers = 0
let isOpen = false
let isLost = false
let timer: ReturnType<typeof setTimeout> | undefined

const say = (next: boolean): void => {
  isLost = next
  for (const listener of listeners) listener()
}

/** It is lost while somebody wants it and it does not come. */
const judge = (): void => {
  clearTimeout(timer)
  if (isOpen || watchers === 0) say(false)
  else timer = setTimeout(() => say(true), isLost ? 0 : PATIENCE_MS)
}

export const connection = {
  opened: (): void => {
    isOpen = true
    judge()
    for (const opening of openings) opening()
  },
  closed: (): void => {
    isOpen = false
    judge()
  },
  isLost: (): boolean => isLost,
  /** @param onOpen told each time that it has been opened, the first one too; @returns ends it */
  want: (onOpen: () => void): (() => void) => {
    openings.add(onOpen)
    watchers += 1
    judge()
    return () => {
      openings.delete(onOpen)
      watchers -= 1
      judge()
    }
  },
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Whether what happens is not seen live at the moment, although the page watches. */
export const useLostConnection = (): boolean => useSyncExternalStore(subscribe, connection.isLost)
