import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { Camera, ImageUp } from 'lucide-react'
import { useRef, useState } from 'react'

import { caseQuery } from '@/api/cases'
import type { Case } from '@/api/nouns'
import { uploadAfterPhoto } from '@/api/photoUpload'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemDetail } from '@/shared/problemText'

import styles from './AfterPhotos.module.css'

interface Failed {
  file: File
  why: string
}

/** Photos that show how the place looks now: taken with the phone or chosen, sent at once, kept until they arrived. */
export function AfterPhotos({ found }: { found: Case }) {
  const t = useMessages()
  const format = useFormat()
  const cache = useQueryClient()
  const camera = useRef<HTMLInputElement>(null)
  const album = useRef<HTMLInputElement>(null)
  const [progress, setProgress] = useState<number | null>(null)
  const [failed, setFailed] = useState<readonly Failed[]>([])
  const photos = found.evidence.filter((file) => file.role === 'after')

  const upload = async (files: readonly File[]) => {
    const left: Failed[] = []
    for (const [index, file] of files.entries()) {
      const report = (fraction: number) => setProgress((index + fraction) / files.length)
      report(0)
      try {
        const updated = await uploadAfterPhoto(found.id, file, report)
        cache.setQueryData(caseQuery(found.id).queryKey, updated)
      } catch (error) {
        left.push({ file, why: problemDetail(t, error) })
      }
    }
    setProgress(null)
    setFailed(left)
  }
  const onFiles = (input: HTMLInputElement) => {
    const files = [...(input.files ?? [])]
    input.value = ''
    if (files.length > 0) void upload(files)
  }

  return (
    <div className={styles.photos}>
      <h2>{t('cases.afterPhotos')}</h2>
      <p>{t('cases.afterPhotoHint')}</p>
      {photos.length === 0 ? null : (
        <ul>
          {photos.map((file) => (
            <li key={file.id}>
              <img src={file.url} alt={t('cases.after')} />
            </li>
          ))}
        </ul>
      )}
      <div className={styles.buttons}>
        <Button
          size="large"
          icon={<Camera size={18} />}
          disabled={progress !== null}
          onClick={() => camera.current?.click()}
        >
          {t('photos.take')}
        </Button>
        <Button
          size="large"
          icon={<ImageUp size={18} />}
          disabled={progress !== null}
          onClick={() => album.current?.click()}
        >
          {t('photos.choose')}
        </Button>
      </div>
      <input
        ref={camera}
        hidden
        type="file"
        accept="image/*"
        capture="environment"
        aria-label={t('photos.take')}
        onChange={(event) => onFiles(event.currentTarget)}
      />
      <input
        ref={album}
        hidden
        multiple
        type="file"
        accept="image/*"
        data-testid="after-album"
        aria-label={t('photos.choose')}
        onChange={(event) => onFiles(event.currentTarget)}
      />
      {progress === null ? null : (
        <p role="status">{t('cases.uploading', { percent: format.percent(progress) })}</p>
      )}
      {failed.map(({ file, why }) => (
        <p key={`${file.name} ${file.lastModified}`} role="alert" className={styles.failed}>
          {t('cases.uploadFailed', { name: file.name, why })}
        </p>
      ))}
      {failed.length === 0 ? null : (
        <Button onClick={() => void upload(failed.map(({ file }) => file))}>{t('cases.uploadRetry')}</Button>
      )}
    </div>
  )
}
