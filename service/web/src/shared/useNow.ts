import { useEffect, useState } from 'react'

/** The time now, milliseconds since the epoch, anew every so often; for ages that must not stand still. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs])
  return now
}
