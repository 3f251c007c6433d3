/** The token that opens the page: handed over in the link's fragment or pasted, and kept for this tab alone. */
import { useSyncExternalStore } from 'react'
import type { Problem } from '../api/problem.ts'

export type Session = {
  readonly token: string | undefined
  /** why the last one ended; nothing at first and after signing out */
  readonly ended?: Problem | undefined
}

const KEY = 'rowhook.token'

/** Where the browser forbids storage, memory has to do. */
const remember = (token: string | undefined): void => {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY)
    else sessionStorage.setItem(KEY, token)
  } catch {
    // kept in memory alone
  }
}

const recall = (): string | undefined => {
  try {
    return sessionStorage.getItem(KEY) ?? undefined
  } catch {
    return undefined
  }
}

/** `#token=…` of the link, taken out of the address so that it stays in no history and no bookmark. */
const takeFromFragment = (): string | undefined => {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')?.trim()
  if (!token) return undefined
  history.replaceState(history.state, '', location.pathname + location.search)
  remember(token)
  return token
}

let session: Session = { token: takeFromFragment() ?? recall() }
const listeners = new Set<() => void>()

const set = (next: Session): void => {
  session = next
  remember(next.token)
  for (const listener of listeners) listener()
}

/** Takes what somebody pasted: a token, with or without `Bearer`, or the whole link. */
export const signIn = (pasted: string): void => {
  const trimmed = pasted.trim()
  set({ token: /#token=([^&\s]+)/.exec(trimmed)?.[1] ?? trimmed.replace(/^(authorization:)?\s*bearer\s+/i, '') })
}

export const signOut = (): void => set({ token: undefined })

/** Ends the session of this token, and of no later one. */
export const endSession = (token: string, ended: Problem): void => {
  if (session.token === token) set({ token: undefined, ended })
}

// A link that is opened in a tab that shows the page already.
addEventListener('hashchange', () => {
  const token = takeFromFragment()
  if (token) set({ token })
})

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export const useSession = (): Session => useSyncExternalStore(subscribe, () => session)
