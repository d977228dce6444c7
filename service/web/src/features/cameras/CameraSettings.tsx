import { Button } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'

import { useDeleteCamera } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import { CameraForm } from './CameraForm'
import styles from './CameraPage.module.css'

/** Name, source and place of a camera; only administrators change them. */
export function CameraSettings({ camera }: { camera: Camera }) {
  const t = useMessages()
  const navigate = useNavigate()
  const toasts = useToasts()
  const { user } = useSession()
  const remove = useDeleteCamera(camera.id)
  const [asking, setAsking] = useState(false)

  if (user.role !== 'administrator') return <EmptyState title={t('cameras.readOnly')} />
  return (
    <section className={`${styles.card ?? ''} ${styles.settings ?? ''}`}>
      <CameraForm camera={camera} />
      <div className={styles.danger}>
        <Button danger onClick={() => setAsking(true)}>
          {t('cameras.remove')}
        </Button>
      </div>
      <ConfirmDialog
        open={asking}
        title={t('cameras.removeTitle', { name: camera.name === '' ? camera.id : camera.name })}
        text={t('cameras.removeHint')}
        action={t('cameras.remove')}
        busy={remove.isPending}
        onCancel={() => setAsking(false)}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess() {
              toasts.show({ text: t('cameras.removed'), tone: 'good' })
              void navigate('/cameras', { replace: true })
            },
            onError(error) {
              setAsking(false)
              toasts.show({ text: problemDetail(t, error), tone: 'bad' })
            },
          })
        }
      />
    </section>
  )
}
