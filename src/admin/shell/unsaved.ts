/** What somebody writes is not lost by a link, a key or a closed tab without a question. */
import { useEffect } from 'react'

let isUnsaved = false

/** @param isChanged something was written that is nowhere else yet */
export const useUnsaved = (isChanged: boolean): void => {
  useEffect(() => {
    if (!isChanged) return undefined
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    isUnsaved = true
    window.addEventListener('beforeunload', ask)
    return () => {
      isUnsaved = false
      window.removeEventListener('beforeunload', ask)
    }
  }, [isChanged])
}

/** It was saved, or is to be forgotten: whoever leads away after that asks nothing. */
export const forgetUnsaved = (): void => {
  isUnsaved = false
}

/**
 * @param path where somebody wants to go
 * @returns whether they may: nothing is lost, or they say so
 */
export const mayLeave = (path: string, question: string): boolean => {
  const isHere = path.split('?')[0] === location.pathname
  // oxlint-disable-next-line no-alert -- the same question as the browser's own for a closed tab
  return isHere || !isUnsaved || confirm(question)
}
