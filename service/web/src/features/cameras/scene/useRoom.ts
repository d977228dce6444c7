import { useEffect, useState, type RefObject } from 'react'

const BELOW_PX = 230
const LEAST_PX = 240

/** How much room an element has: its own width, and the height of the window less what stands above and below. */
export function useRoom(ref: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [room, setRoom] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const watcher = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      const height = Math.max(LEAST_PX, window.innerHeight - BELOW_PX)
      setRoom({ width: Math.floor(entry.contentRect.width), height })
    })
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [ref])
  return room
}
