import type { AreaShape } from '@/api/areas'
import type { Position } from '@/api/photoUpload'
import { useMessages } from '@/app/locale'

import { areasAt } from './areaAt'
import styles from './Draft.module.css'
import { coordinates } from './PinMap'
import { metresBetween } from './problems'

interface Props {
  position: Position | null
  /** What the photos say, or the device. */
  found: Position | null
  shapes: readonly AreaShape[]
}

/** A place in words: the areas that hold it, its coordinates, how far somebody moved it. */
export function PlaceText({ position, found, shapes }: Props) {
  const t = useMessages()
  if (position === null) return <p className={styles.warning}>{t('photos.placeUnset')}</p>
  const areas = areasAt(shapes, position)
  const names = areas.slice(areas.length > 1 ? 1 : 0).map((area) => area.name)
  const moved = found === null ? 0 : Math.round(metresBetween(found, position))
  return (
    <>
      {names.length > 0 ? <p className={styles.area}>{names.join(' · ')}</p> : null}
      {shapes.length > 0 && areas.length === 0 ? (
        <p className={styles.warning}>{t('photos.placeOutside')}</p>
      ) : null}
      <p className={styles.hint}>
        {coordinates(position)}
        {moved > 0 ? ` · ${t('photos.placeMoved', { count: moved })}` : null}
      </p>
    </>
  )
}
