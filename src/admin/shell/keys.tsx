/** The keyboard: what is pressed finds its binding, alone (`j`) or in two steps (`g d`), and everything bound can be listed. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react'

export type Binding = {
  /** as KeyboardEvent.key has them, two steps apart by a space: `j`, `/`, `g d`, `Escape` */
  readonly keys: string
  /** what it does, for the list; nothing: not listed, because another key for the same is */
  readonly text?: string
  readonly run: () => void
}

type Keyboard = {
  /** @returns ends it */
  readonly bind: (bindings: () => readonly Binding[]) => () => void
  /** what is bound now, latest first */
  readonly bound: () => readonly Binding[]
}

const KeyboardContext = createContext<Keyboard | undefined>(undefined)

/** The second step has to follow within this. */
const STEP_MS = 1_200

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) || target.closest('[role="listbox"],[role="menu"]') !== null)

export const KeyboardProvider = ({ children }: { readonly children: ReactNode }) => {
  const layers = useRef<(() => readonly Binding[])[]>([])
  const keyboard = useMemo<Keyboard>(
    () => ({
      bind: (layer) => {
        layers.current.unshift(layer)
        return () => void (layers.current = layers.current.filter((each) => each !== layer))
      },
      bound: () => layers.current.flatMap((layer) => layer()),
    }),
    [],
  )

  useEffect(() => {
    let first: { readonly key: string; readonly atMs: number } | undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (isWriting(event.target)) {
        // Escape leaves the field; what it closes comes with the next one.
        if (event.key === 'Escape') (event.target as HTMLElement).blur()
        return
      }
      // A dialogue has the keyboard to itself, and closes by Escape on its own.
      if (document.querySelector('[role="dialog"][aria-modal="true"]')) return
      const bound = keyboard.bound()
      const steps = first && event.timeStamp - first.atMs < STEP_MS ? `${first.key} ${event.key}` : event.key
      const binding = bound.find(({ keys }) => keys === steps) ?? bound.find(({ keys }) => keys === event.key)
      first = bound.some(({ keys }) => keys.startsWith(`${event.key} `)) ? { key: event.key, atMs: event.timeStamp } : undefined
      if (!binding) return
      event.preventDefault()
      binding.run()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [keyboard])

  return <KeyboardContext value={keyboard}>{children}</KeyboardContext>
}

export const useKeyboard = (): Keyboard => {
  const keyboard = useContext(KeyboardContext)
  if (!keyboard) throw new Error('There is no keyboard here.')
  return keyboard
}

/** Binds keys as long as the component is there. The latest to bind a key has it. */
export const useKeys = (bindings: readonly Binding[]): void => {
  const { bind } = useKeyboard()
  const latest = useRef(bindings)
  useEffect(() => void (latest.current = bindings))
  useEffect(() => bind(() => latest.current), [bind])
}
