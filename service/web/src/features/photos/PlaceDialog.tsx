import { Button } from 'antd'
import { LocateFixed, Undo2 } from 'lucide-react'
import { useState } from 'react'

import type { Position } from '@/api/photoUpload'
import { useMessages } from '@/app/locale'
import { Dialog } from '@/shared/Dialog'

import { PinMap } from './PinMap'
import styles from './Draft.module.css'
import { locate, type LocationState } from './place'
import { PlaceText } from './PlaceText'
import type { Draft } from './problems'
import { usePlan } from './usePlan'

interface Props {
  draft: Draft
  number: number
  onClose: () => void
  /** The place that somebody chose; null for the one that the photos say. */
  onUse: (pin: Position | null) => void
}

/** Moving the pin of a problem: on the map, to where this device is, or back to where the photos say. */
export function PlaceDialog({ draft, number, onClose, onUse }: Props) {
  const t = useMessages()
  const [pin, setPin] = useState(draft.position)
  const [asked, setAsked] = useState<LocationState>({ state: 'off' })
  // What moves the pin from afar shows the map anew around it.
  const [round, setRound] = useState(0)
  const { shapes, map } = usePlan(draft.found ?? pin)

  const jump = (position: Position | null) => {
    setPin(position)
    setRound(round + 1)
  }
  const onHere = async () => {
    setAsked({ state: 'locating' })
    const found = await locate()
    setAsked(found)
    if (found.state === 'located') jump(found.position)
  }
  const marks = draft.uploads.flatMap(({ facts }) => facts.seen.position ?? [])
  return (
    <Dialog open wide title={t('photos.placeTitle', { number })} onClose={onClose}>
      <div className={styles.dialog}>
        {map === null ? (
          <p role="status">{t('photos.placeNoMap')}</p>
        ) : (
          <PinMap key={round} map={map} shapes={shapes} pin={pin} marks={marks} onChange={setPin} />
        )}
        <div aria-live="polite">
          <PlaceText position={pin} found={draft.found} shapes={shapes} />
        </div>
        <div className={styles.tools}>
          <Button
            icon={<LocateFixed size={18} />}
            loading={asked.state === 'locating'}
            onClick={() => void onHere()}
          >
            {t('photos.placeHere')}
          </Button>
          {draft.found === null || pin === draft.found ? null : (
            <Button icon={<Undo2 size={18} />} onClick={() => jump(draft.found)}>
              {t('photos.placeBack')}
            </Button>
          )}
        </div>
        {asked.state in TROUBLES ? (
          <p className={styles.warning} role="alert">
            {t(TROUBLES[asked.state as keyof typeof TROUBLES])}
          </p>
        ) : null}
        <p className={styles.hint}>{t('photos.placeHint')}</p>
        <footer className={styles.end}>
          <Button size="large" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            type="primary"
            size="large"
            disabled={pin === null}
            onClick={() => onUse(pin === draft.found ? null : pin)}
          >
            {t('photos.placeUse')}
          </Button>
        </footer>
      </div>
    </Dialog>
  )
}

const TROUBLES = {
  denied: 'photos.locateDenied',
  failed: 'photos.locateFailed',
  insecure: 'photos.locateInsecure',
} as const
