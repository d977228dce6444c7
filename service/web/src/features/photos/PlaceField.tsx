import { Button } from 'antd'
import { MapPin } from 'lucide-react'
import { useState } from 'react'

import type { Position } from '@/api/photoUpload'
import { useMessages } from '@/app/locale'

import styles from './Draft.module.css'
import { Pin } from './Pin'
import { viewOf } from './pinView'
import plan from './Plan.module.css'
import { PlaceDialog } from './PlaceDialog'
import { PlaceText } from './PlaceText'
import { PlanLayers } from './PlanLayers'
import type { Draft } from './problems'
import { usePlan } from './usePlan'

const PIN = 0.11

/** Where a problem will be recorded, and the way to say it better. */
export function PlaceField({
  draft,
  number,
  onPin,
}: {
  draft: Draft
  number: number
  onPin: (pin: Position | null) => void
}) {
  const t = useMessages()
  const [isOpen, setIsOpen] = useState(false)
  const { shapes, map } = usePlan(draft.found ?? draft.position)
  const tip =
    map === null || draft.position === null
      ? null
      : map.at([draft.position.longitude, draft.position.latitude])
  const view = map === null ? null : viewOf(map, tip)
  return (
    <div className={styles.place}>
      {map === null || view === null ? null : (
        <svg
          className={plan.plan}
          viewBox={`${view.middle[0] - view.across / 2} ${view.middle[1] - view.across / 2} ${view.across} ${view.across}`}
          preserveAspectRatio={tip === null ? 'xMidYMid meet' : 'xMidYMid slice'}
          role="img"
          aria-label={t('photos.map')}
        >
          <PlanLayers
            map={map}
            shapes={shapes}
            view={view}
            marks={draft.uploads.flatMap(({ facts }) => facts.seen.position ?? [])}
          />
          {tip === null ? null : <Pin at={tip} size={view.across * PIN} />}
        </svg>
      )}
      <div className={styles.placeText}>
        {draft.position === null ? null : <p className={styles.source}>{t(`photos.place.${draft.place}`)}</p>}
        <PlaceText
          position={draft.position}
          found={draft.place === 'pin' ? draft.found : null}
          shapes={shapes}
        />
        {draft.position === null ? <p className={styles.hint}>{t('photos.placeUnsetHint')}</p> : null}
        <Button icon={<MapPin size={16} />} onClick={() => setIsOpen(true)}>
          {draft.position === null ? t('photos.placeSet') : t('photos.placeMove')}
        </Button>
      </div>
      {isOpen ? (
        <PlaceDialog
          draft={draft}
          number={number}
          onClose={() => setIsOpen(false)}
          onUse={(pin) => {
            onPin(pin)
            setIsOpen(false)
          }}
        />
      ) : null}
    </div>
  )
}
