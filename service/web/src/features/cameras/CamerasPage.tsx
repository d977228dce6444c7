import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { EyeOff, Plus, Video } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'

import { camerasQuery } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'
import { useNow } from '@/shared/useNow'

import { CameraStateLabel } from './CameraState'
import { CameraWizard } from './CameraWizard'
import styles from './CamerasPage.module.css'
import { isBlind } from './gaps'
import { Snapshot } from './Snapshot'

/** The wall: every camera with its newest picture and how it fares. */
export default function CamerasPage() {
  const t = useMessages()
  const navigate = useNavigate()
  const { user } = useSession()
  const cameras = useQuery({ ...camerasQuery, refetchInterval: 15_000 })
  const toasts = useToasts()
  const [adding, setAdding] = useState(false)
  const [onlyBlind, setOnlyBlind] = useState(false)
  const blind = cameras.data?.filter(isBlind) ?? []
  const shown = onlyBlind ? blind : cameras.data
  const administrator = user.role === 'administrator'
  const add = (
    <Button type="primary" icon={<Plus size={16} />} onClick={() => setAdding(true)}>
      {t('cameras.add')}
    </Button>
  )

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('cameras.title')}</h1>
        {blind.length === 0 && !onlyBlind ? null : (
          <Button
            danger
            aria-pressed={onlyBlind}
            type={onlyBlind ? 'primary' : 'default'}
            icon={<EyeOff size={16} />}
            onClick={() => setOnlyBlind(!onlyBlind)}
          >
            {t('cameras.onlyBlind', { count: blind.length })}
          </Button>
        )}
        {administrator ? add : null}
      </header>
      {cameras.error === null || cameras.data !== undefined ? null : (
        <EmptyState
          title={problemText(t, cameras.error)}
          action={<Button onClick={() => void cameras.refetch()}>{t('common.retry')}</Button>}
        />
      )}
      {cameras.data?.length === 0 ? (
        <EmptyState
          icon={<Video size={40} aria-hidden />}
          title={t('cameras.empty')}
          hint={administrator ? t('cameras.emptyHint') : ''}
          action={administrator ? add : null}
        />
      ) : null}
      <ul className={styles.wall}>
        {shown?.map((camera) => (
          <CameraCard key={camera.id} camera={camera} />
        ))}
      </ul>
      <Dialog wide open={adding} title={t('cameras.add')} onClose={() => setAdding(false)}>
        <CameraWizard
          taken={cameras.data?.map(({ id }) => id) ?? []}
          onCancel={() => setAdding(false)}
          onSaved={(camera) => {
            toasts.show({ text: t('cameras.created'), tone: 'good' })
            void navigate(`/cameras/${camera.id}/zones`)
          }}
        />
      </Dialog>
    </div>
  )
}

function CameraCard({ camera }: { camera: Camera }) {
  const t = useMessages()
  const format = useFormat()
  const now = useNow(5_000)
  const { status } = camera
  const zones = camera.scene.zones?.length ?? 0
  return (
    <li className={styles.card} data-blind={isBlind(camera)}>
      <div className={styles.picture}>
        <Snapshot camera={camera} />
      </div>
      <div className={styles.text}>
        <h2>
          <Link to={`/cameras/${camera.id}`}>{camera.name === '' ? camera.id : camera.name}</Link>
        </h2>
        <CameraStateLabel camera={camera} />
        <p>
          {status?.fps == null ? camera.id : t('cameras.fpsValue', { value: format.number(status.fps, 1) })}
          {' · '}
          {t('cameras.zoneCount', { count: zones })}
        </p>
        <p className={styles.age}>
          {status?.last_frame_at == null ? '' : format.ago(status.last_frame_at, now)}
        </p>
      </div>
    </li>
  )
}
