/** Looks again and again while the page is in sight. */
import { useEffect, useRef } from 'react'

/** @param isWanted false: nobody wants to know */
export const useLooking = (look: () => void, everyMs: number, isWanted = true): void => {
  const latest = useRef(look)
  latest.current = look
  useEffect(() => {
    if (!isWanted) return undefined
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), everyMs)
    return () => clearInterval(timer)
  }, [everyMs, isWanted])
}
