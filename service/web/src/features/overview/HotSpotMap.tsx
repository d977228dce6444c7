import { useQuery } from '@tanstack/react-query'

import { heatMapQuery } from '@/api/figures'
import { hotSpotsQuery } from '@/api/hotSpots'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { KindLabel } from '@/features/cases/CaseLabels'
import { DistrictMap } from '@/features/map/DistrictMap'
import { problemText } from '@/shared/problemText'

import styles from './OverviewPage.module.css'

/** Where cases crowded: on the map, and as a list with the most crowded first. */
export function HotSpotMap({ since, until }: { since: string; until: string }) {
  const t = useMessages()
  const format = useFormat()
  const { data: cells = [] } = useQuery(heatMapQuery(since, until))
  const { data: spots, error } = useQuery(hotSpotsQuery(since, until))
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (spots === undefined) return <p>{t('app.loading')}</p>
  const label = (count: number, metres: number) =>
    t('overview.hotSpot', { count, metres: Math.max(1, Math.round(metres)) })
  return (
    <>
      <div className={styles.map}>
        <DistrictMap
          heat={cells.map(({ longitude, latitude, count }) => ({ place: [longitude, latitude], count }))}
          spots={spots.map((spot) => ({
            id: `${spot.longitude} ${spot.latitude}`,
            place: [spot.longitude, spot.latitude],
            metres: Math.max(spot.radius_metres, 30),
            label: label(spot.cases, spot.radius_metres),
          }))}
        />
      </div>
      {cells.length === 0 ? null : <p className={styles.muted}>{t('overview.heat')}</p>}
      {spots.length === 0 ? <p className={styles.muted}>{t('overview.hotSpotsNone')}</p> : null}
      <ol className={styles.spots}>
        {spots.slice(0, 8).map((spot) => (
          <li key={`${spot.longitude} ${spot.latitude}`}>
            <strong>{label(spot.cases, spot.radius_metres)}</strong>
            <span>
              {Object.entries(spot.kinds).map(([kind, count]) => (
                <KindLabel key={kind} kind={kind} count={count} />
              ))}
            </span>
            <small>
              {t('case.lonlat', {
                longitude: spot.longitude.toFixed(4),
                latitude: spot.latitude.toFixed(4),
              })}{' '}
              · {format.ago(spot.last_at)}
            </small>
          </li>
        ))}
      </ol>
    </>
  )
}
