import { Button } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'

import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { KindLabel } from '@/features/cases/CaseLabels'
import { LargeMap } from '@/features/map/LargeMap'
import { MapLegend } from '@/features/map/MapLegend'
import { problemText } from '@/shared/problemText'

import styles from './OverviewPage.module.css'
import type { Period } from './period'
import { useMapContent } from './useMapContent'

const LISTED = 8

/** Where cases crowded: on the map, and as a list with the most crowded first. */
export function HotSpotMap({ period }: { period: Period }) {
  const t = useMessages()
  const format = useFormat()
  const navigate = useNavigate()
  const [chosen, setChosen] = useState<string | null>(null)
  const { content, hotSpots, error } = useMapContent(period)
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (hotSpots === undefined) return <p>{t('app.loading')}</p>
  return (
    <>
      <div className={styles.map}>
        <LargeMap
          {...content}
          chosen={chosen}
          onSpot={setChosen}
          onCamera={(id) => void navigate(`/cameras/${id}`)}
        />
      </div>
      <div className={styles.legend}>
        <MapLegend />
        {chosen === null ? null : (
          <Button size="small" onClick={() => setChosen(null)}>
            {t('overview.wholeDistrict')}
          </Button>
        )}
      </div>
      {hotSpots.length === 0 ? <p className={styles.muted}>{t('overview.hotSpotsNone')}</p> : null}
      <ol className={styles.spots}>
        {hotSpots.slice(0, LISTED).map(({ id, label, spot }) => (
          <li key={id} data-chosen={id === chosen}>
            <button
              type="button"
              aria-label={t('overview.showSpot', { label })}
              aria-pressed={id === chosen}
              onClick={() => setChosen(id === chosen ? null : id)}
            >
              {label}
            </button>
            <span>
              {Object.entries(spot.kinds).map(([kind, count]) => (
                <KindLabel key={kind} kind={kind} count={count} />
              ))}
            </span>
            <small>
              {[
                spot.relapses === 0 ? '' : t('overview.hotSpotRelapses', { count: spot.relapses }),
                t('case.lonlat', {
                  longitude: spot.longitude.toFixed(4),
                  latitude: spot.latitude.toFixed(4),
                }),
                format.ago(spot.last_at),
              ]
                .filter((text) => text !== '')
                .join(' · ')}
            </small>
          </li>
        ))}
      </ol>
    </>
  )
}
