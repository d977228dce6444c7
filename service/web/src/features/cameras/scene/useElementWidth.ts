import { useEffect, useState, type RefObject } from 'react'

/** The width of an element as it changes, CSS pixels; 0 before it is laid out. */
export function useElementWidth(ref: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = ref.current
    if (element === null) return
    const watcher = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width))
    })
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [ref])
  return width
}
