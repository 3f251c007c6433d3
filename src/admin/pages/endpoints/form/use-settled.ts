/** What somebody types, once they pause. */
import { useEffect, useState } from 'react'

const PAUSE_MS = 300

/** @param key says whether two values are the same */
export const useSettled = <T>(value: T, key: string): T => {
  const [settled, setSettled] = useState({ value, key })
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ value, key }), PAUSE_MS)
    return () => clearTimeout(timer)
    // The key stands for the value.
  }, [key])
  return settled.value
}
