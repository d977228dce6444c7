import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { RotateCw, Trash2 } from 'lucide-react'

import { photoQuery } from '@/api/photos'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemDetail } from '@/shared/problemText'

import { FoundCases } from './FoundCases'
import { PhotoPicture } from './PhotoPicture'
import styles from './UploadPage.module.css'
import { mayPass, type Upload } from './upload'
import { uploads } from './uploads'

/** One photo on its way: sent, queued, examined, and what was found. */
export function UploadCard({ upload }: { upload: Upload }) {
  const t = useMessages()
  const format = useFormat()
  const { data: photo } = useQuery({
    ...photoQuery(upload.photoId ?? ''),
    enabled: upload.photoId !== null,
    // Events tell when it changes; this is for when the stream is down.
    refetchInterval: ({ state }) =>
      state.data?.status === 'done' || state.data?.status === 'failed' ? false : 10_000,
  })
  const { state, refusal, file, facts } = upload
  if (state === 'reading' || state === 'draft') return null
  const status = state === 'sent' ? (photo?.status ?? 'queued') : state

  return (
    <li className={styles.card} data-status={status}>
      <PhotoPicture src={upload.preview} alt={file.name} />
      <div className={styles.cardText}>
        <p className={styles.name}>{file.name}</p>
        <p className={styles.meta}>
          {format.bytes(file.size)} · {t(`photos.place.${facts.form?.place ?? 'none'}`)}
        </p>
        {state === 'uploading' || state === 'waiting' ? (
          <progress value={upload.progress} max={1} aria-label={t('photos.progress', { name: file.name })} />
        ) : null}
        <p className={styles.state} role={status === 'refused' ? 'alert' : undefined}>
          {status === 'uploading'
            ? t('photos.status.uploading', { percent: format.percent(upload.progress) })
            : t(`photos.status.${status}`)}
          {photo?.status === 'failed' && photo.detail !== '' ? `: ${photo.detail}` : null}
        </p>
        {refusal === null ? null : (
          <p className={styles.refusal}>
            {problemDetail(t, refusal)}{' '}
            {refusal.status === 0 || refusal.status >= 500 ? t('photos.stored') : null}
          </p>
        )}
        {photo?.status === 'done' ? <FoundCases ids={photo.case_ids} /> : null}
      </div>
      <div className={styles.cardButtons}>
        {mayPass(upload) ? (
          <Button icon={<RotateCw size={16} />} onClick={() => uploads.retry(upload.key)}>
            {t('photos.retry')}
          </Button>
        ) : null}
        <Button
          type="text"
          icon={<Trash2 size={16} />}
          aria-label={t('photos.remove')}
          title={t('photos.remove')}
          onClick={() => uploads.remove(upload.key)}
        />
      </div>
    </li>
  )
}
