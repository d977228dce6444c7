import { useQuery } from '@tanstack/react-query'
import { Component, lazy, Suspense, useMemo, useState, type ReactNode } from 'react'

import { areaFeaturesQuery } from '@/api/areas'
import { useLocale } from '@/app/locale'

import { DistrictMap, type Spot } from './DistrictMap'
import styles from './LargeMap.module.css'
import type { MapContent } from './mapStyle'

const GlMap = lazy(() => import('./GlMap'))

interface Props extends MapContent {
  /** Id of the spot that the map goes to; the whole district without one. */
  chosen?: string | null
  onSpot?: (id: string) => void
  onCamera?: (id: string) => void
  still?: boolean
}

/**
 * The district with heat, hot spots and cameras. WebGL draws it where the browser has it; else, and on paper, the plan
 * does. Whoever shows it puts the same into a list beside it, for those who cannot see a map.
 */
export function LargeMap({ heat, spots, cameras, chosen = null, onSpot, onCamera, still = false }: Props) {
  const { locale, t } = useLocale()
  const { data: areas } = useQuery(areaFeaturesQuery)
  const [broken, setBroken] = useState(() => !hasWebGl())
  const pins = useMemo(
    () =>
      cameras.map<Spot>(({ id, name, place, sees }) => ({
        id: `camera ${id}`,
        place,
        label: name,
        kind: sees ? 'camera' : 'blind',
      })),
    [cameras],
  )
  const plan = <DistrictMap heat={heat} spots={[...pins, ...spots]} />
  if (broken) return plan
  return (
    <div className={styles.map}>
      <div className={styles.screen}>
        <Otherwise shown={plan}>
          <Suspense fallback={<p className={styles.wait}>{t('app.loading')}</p>}>
            {areas === undefined ? null : (
              <GlMap
                key={locale}
                areas={areas}
                heat={heat}
                spots={spots}
                cameras={cameras}
                chosen={chosen}
                onSpot={onSpot}
                onCamera={onCamera}
                still={still}
                onBroken={() => setBroken(true)}
              />
            )}
          </Suspense>
        </Otherwise>
      </div>
      <div className={styles.paper}>{plan}</div>
    </div>
  )
}

/** Shows something else where its content failed: a chunk that did not come, a driver that gave up. */
class Otherwise extends Component<{ shown: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    return this.state.failed ? this.props.shown : this.props.children
  }
}

function hasWebGl(): boolean {
  try {
    return document.createElement('canvas').getContext('webgl2') !== null
  } catch {
    return false
  }
}
