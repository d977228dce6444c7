import type { KeyboardEvent } from 'react'

import styles from './Plan.module.css'

interface Props {
  at: readonly [number, number]
  /** Height of the pin in the plan's units. */
  size: number
  /** Whether somebody or something said the place; else it only offers to be put there. */
  isSet?: boolean
  /** What a screen reader says; a pin with one can be taken hold of. */
  label?: string
  onKeyDown?: (event: KeyboardEvent) => void
}

const SHAPE = 'M0 0C-.28-.4-.42-.56-.42-.82A.42.42 0 1 1 .42-.82C.42-.56 .28-.4 0 0Z'

/** A pin whose tip is the place. */
export function Pin({ at: [x, y], size, isSet = true, label, onKeyDown }: Props) {
  const shape = (
    <>
      <path d={SHAPE} />
      <circle className={styles.eye} cy={-0.82} r={0.16} />
    </>
  )
  const transform = `translate(${x} ${y}) scale(${size / 1.24})`
  if (label === undefined)
    return (
      <g className={styles.pin} data-set={isSet} transform={transform} aria-hidden>
        {shape}
      </g>
    )
  return (
    <g
      className={styles.pin}
      data-set={isSet}
      transform={transform}
      role="button"
      tabIndex={0}
      aria-label={label}
      data-focus
      onKeyDown={onKeyDown}
    >
      {shape}
      {/* A finger is wider than the pin. */}
      <circle className={styles.grip} cy={-0.55} r={1} />
    </g>
  )
}
