import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { camerasQuery } from '@/api/cameras'
import { cameraSightsQuery } from '@/api/figures'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { gapName, isBlind } from '@/features/cameras/gaps'
import { problemText } from '@/shared/problemText'

import styles from './OverviewPage.module.css'
import { usePeriod } from './period'

const DAYS = 7
/** Less than this is what a restart costs. */
const NOTEWORTHY_SECONDS = 60

/** Which cameras cannot see now, and how long each could not within seven days: "nothing seen" is not "nothing there". */
export function CameraSight({ shown = 6 }: { shown?: number }) {
  const t = useMessages()
  const format = useFormat()
  const { since, until } = usePeriod(DAYS)
  const { data: cameras } = useQuery(camerasQuery)
  const { data: sights, error } = useQuery(cameraSightsQuery(since, until))
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (cameras === undefined || sights === undefined) return <p>{t('app.loading')}</p>
  if (sights.length === 0) return <p className={styles.muted}>{t('cameras.empty')}</p>
  const blind = new Map(cameras.filter(isBlind).map((camera) => [camera.id, camera]))
  const noted = sights
    .filter((sight) => blind.has(sight.camera_id) || sight.unseen_seconds > NOTEWORTHY_SECONDS)
    .toSorted((one, other) => Number(blind.has(other.camera_id)) - Number(blind.has(one.camera_id)))
  const on = cameras.filter(({ enabled }) => enabled).length
  const mean = sights.reduce((sum, { seen }) => sum + seen, 0) / sights.length
  return (
    <>
      <p className={styles.states}>
        <span data-tone="good">{t('overview.camerasRunning', { count: on - blind.size })}</span>
        {blind.size === 0 ? null : (
          <span data-tone="bad">{t('overview.camerasDown', { count: blind.size })}</span>
        )}
        <span>{t('overview.sight', { percent: part(mean) })}</span>
      </p>
      <ul className={styles.sights}>
        {noted.slice(0, shown).map(({ camera_id: id, name, seen, unseen_seconds: unseen }) => {
          const camera = blind.get(id)
          const state = camera?.status?.state ?? 'unknown'
          const why = camera?.gap == null ? t(`cameras.state.${state}`) : gapName(t, camera.gap.kind)
          return (
            <li key={id}>
              <Link to={`/cameras/${id}`}>{name === '' ? id : name}</Link>
              <b>{part(seen)}</b>
              <meter min={0} max={1} value={seen} aria-hidden />
              {camera === undefined ? (
                <small>{t('overview.unseen', { span: format.span(unseen) })}</small>
              ) : (
                <small data-tone="bad">
                  {t('overview.blindNow', { why })}
                  {camera.gap == null ? '' : ` · ${format.ago(camera.gap.started_at)}`}
                </small>
              )}
            </li>
          )
        })}
      </ul>
      {noted.length === 0 ? <p className={styles.muted}>{t('overview.sightFull')}</p> : null}
      {noted.length > shown ? (
        <Link to="/cameras">{t('overview.sightMore', { count: noted.length - shown })}</Link>
      ) : null}
    </>
  )

  /** Rounded down: 99.9 % is not all. */
  function part(seen: number): string {
    return format.percent(Math.floor(seen * 100 + 1e-9) / 100)
  }
}
