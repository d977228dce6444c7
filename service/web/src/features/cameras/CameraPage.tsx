import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { lazy, Suspense } from 'react'
import { NavLink, useParams } from 'react-router'

import { cameraQuery } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { MissingPage } from '@/app/MissingPage'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import styles from './CameraPage.module.css'
import { CameraSettings } from './CameraSettings'
import { CameraStateLabel } from './CameraState'
import { LiveView } from './LiveView'

const SceneEditor = lazy(() => import('./scene/SceneEditor'))

/** One camera: what it sees now, its zones and rules, its settings. */
export default function CameraPage() {
  const t = useMessages()
  const { id = '', view = 'live' } = useParams()
  const { data: camera, error, refetch } = useQuery({ ...cameraQuery(id), refetchInterval: 10_000 })

  if (camera === undefined) {
    if (error === null) return <EmptyState title={t('app.loading')} />
    return (
      <EmptyState
        title={problemText(t, error)}
        action={<Button onClick={() => void refetch()}>{t('common.retry')}</Button>}
      />
    )
  }
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{camera.name === '' ? camera.id : camera.name}</h1>
        <CameraStateLabel camera={camera} />
        <nav className={styles.tabs} aria-label={t('cameras.views')}>
          <NavLink to={`/cameras/${id}`} end>
            {t('cameras.live')}
          </NavLink>
          <NavLink to={`/cameras/${id}/zones`}>{t('cameras.scene')}</NavLink>
          <NavLink to={`/cameras/${id}/settings`}>{t('cameras.settings')}</NavLink>
        </nav>
      </header>
      <CameraView camera={camera} view={view} />
    </div>
  )
}

function CameraView({ camera, view }: { camera: Camera; view: string }) {
  const t = useMessages()
  switch (view) {
    case 'live':
      return <LiveView camera={camera} />
    case 'zones':
      return (
        <Suspense fallback={<EmptyState title={t('app.loading')} />}>
          <SceneEditor key={camera.id} camera={camera} />
        </Suspense>
      )
    case 'settings':
      return <CameraSettings key={camera.id} camera={camera} />
    default:
      return <MissingPage />
  }
}
