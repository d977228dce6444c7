import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { gapsQuery } from '@/api/cameras'
import type { Gap } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import styles from './CameraPage.module.css'
import { gapName, seenShare } from './gaps'

const PERIOD_MS = 7 * 86_400_000
const SHOWN = 20

/** When a camera could not see: what was not reported then is not proof that nothing was there. */
export function GapList({ camera, now }: { camera: string; now: number }) {
  const t = useMessages()
  const format = useFormat()
  const [since] = useState(() => Date.now() - PERIOD_MS)
  const { data: gaps, error } = useQuery(gapsQuery(camera, new Date(since).toISOString()))
  return (
    <section className={styles.gaps}>
      <h2>{t('cameras.gaps')}</h2>
      {error === null ? null : <p role="alert">{problemText(t, error)}</p>}
      {gaps === undefined ? null : (
        <p>
          {gaps.length === 0
            ? t('cameras.gapsNone')
            : t('cameras.gapShare', { percent: format.percent(seenShare(gaps, since, now)) })}
        </p>
      )}
      <ul>
        {gaps?.slice(0, SHOWN).map((gap) => (
          <li key={gap.id} data-lasts={gap.ended_at === null && gap.suspended} title={gap.message}>
            <strong>{gapName(t, gap.kind)}</strong>
            <span>
              {format.dateTime(gap.started_at)} –{' '}
              {gap.ended_at === null ? t('cameras.gapLasts') : format.dateTime(gap.ended_at)}
            </span>
            <small>{format.span(secondsOf(gap, now))}</small>
          </li>
        ))}
      </ul>
    </section>
  )
}

function secondsOf(gap: Gap, now: number): number {
  return ((gap.ended_at === null ? now : Date.parse(gap.ended_at)) - Date.parse(gap.started_at)) / 1000
}
