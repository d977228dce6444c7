import { Button } from 'antd'
import { useState } from 'react'

import { useMessages } from '@/app/locale'

import styles from './Draft.module.css'
import type { Draft } from './problems'
import { fromWallClock, toWallClock } from './wallClock'

/** Clocks of phones differ by so much from this one. */
const SLACK_MS = 5 * 60_000

/** When a problem was seen, in the district's time; a correction moves all its photos by as much. */
export function TimeField({ draft, onShift }: { draft: Draft; onShift: (shift: number) => void }) {
  const t = useMessages()
  const [now] = useState(() => Date.now())
  const [isLate, setIsLate] = useState(false)
  const said = draft.takenAt - (draft.uploads[0]?.facts.shift ?? 0)
  const onChange = (text: string) => {
    const moment = fromWallClock(text)
    if (moment === null) return
    const tooLate = moment > Date.now() + SLACK_MS
    setIsLate(tooLate)
    if (!tooLate) onShift(moment - said)
  }
  return (
    <label className={styles.field}>
      <span>{t('photos.time')}</span>
      <span className={styles.time}>
        <input
          type="datetime-local"
          value={toWallClock(draft.takenAt)}
          max={toWallClock(now + SLACK_MS)}
          onChange={(event) => onChange(event.target.value)}
        />
        {draft.time === 'corrected' ? (
          <Button type="text" onClick={() => onShift(0)}>
            {t('photos.timeReset')}
          </Button>
        ) : null}
      </span>
      {isLate || draft.takenAt > now + SLACK_MS ? (
        <span className={styles.warning} role="alert">
          {t('photos.timeLate')}
        </span>
      ) : (
        <span className={draft.time === 'file' ? styles.warning : styles.hint}>
          {t(`photos.time.${draft.time}`)}
        </span>
      )}
    </label>
  )
}
