import { useCallback, useState } from 'react'

/**
 * How large an element is, measured in its own letters: a drawing that takes this as its size has text as large as the
 * page's, on a phone and on a wall.
 *
 * @param letter how many units of the drawing a letter has
 * @param initial width and height until the element is there
 */
export function useLetterSize(
  letter: number,
  initial: readonly [number, number],
): [ref: (element: Element | null) => (() => void) | undefined, size: readonly [number, number]] {
  const [size, setSize] = useState(initial)
  const ref = useCallback(
    (element: Element | null) => {
      if (element === null) return undefined
      const watch = new ResizeObserver(() => {
        const { width, height } = element.getBoundingClientRect()
        const unit = Number.parseFloat(getComputedStyle(element).fontSize) / letter
        if (width > 0 && height > 0) setSize([width / unit, height / unit])
      })
      watch.observe(element)
      return () => watch.disconnect()
    },
    [letter],
  )
  return [ref, size]
}
