import { useMessages } from '@/app/locale'
import type { Case } from '@/api/nouns'

import styles from './BoxOverlay.module.css'

/** The offence's box, or what a reviewer drew instead, over the original that they belong to. */
export function BoxOverlay({ found }: { found: Case }) {
  const t = useMessages()
  const { box, width, height } = found.violation
  const drawn = found.boxes
  const [left, top, right, bottom] = box
  return (
    <svg viewBox={`0 0 ${width} ${height}`} className={styles.boxes} aria-hidden>
      {drawn === null ? (
        <rect x={left} y={top} width={right - left} height={bottom - top} data-offence="true" />
      ) : (
        drawn.map((one) => (
          <rect
            key={`${one.class} ${one.box.join(' ')}`}
            x={one.box[0]}
            y={one.box[1]}
            width={one.box[2] - one.box[0]}
            height={one.box[3] - one.box[1]}
          >
            <title>{t(`object.${one.class}`)}</title>
          </rect>
        ))
      )}
    </svg>
  )
}
