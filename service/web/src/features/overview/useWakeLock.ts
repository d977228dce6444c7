import { useEffect } from 'react'

/** Keeps the screen awake while the page is shown, where the browser allows it; browsers drop the lock of a hidden page. */
export function useWakeLock(): void {
  useEffect(() => {
    // Missing without HTTPS and in some browsers, whatever the types say.
    const locks = (navigator as { wakeLock?: WakeLock }).wakeLock
    if (locks === undefined) return
    let lock: WakeLockSentinel | null = null
    let over = false
    const hold = () => {
      if (document.hidden) return
      locks.request('screen').then(
        (held) => {
          if (over) void held.release()
          else lock = held
        },
        (error: unknown) => console.info('the screen may go to sleep:', error),
      )
    }
    hold()
    document.addEventListener('visibilitychange', hold)
    return () => {
      over = true
      document.removeEventListener('visibilitychange', hold)
      void lock?.release()
    }
  }, [])
}
