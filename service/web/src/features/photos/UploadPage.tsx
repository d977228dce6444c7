import { Button, Input } from 'antd'
import { Camera, ImagePlus } from 'lucide-react'
import { useRef, useState, type ChangeEvent, type DragEvent } from 'react'

import { useMessages } from '@/app/locale'
import { remember, remembered } from '@/app/preferences'

import { LocationSwitch } from './LocationSwitch'
import { MyPhotos } from './MyPhotos'
import { UploadCard } from './UploadCard'
import styles from './UploadPage.module.css'
import { mayPass } from './uploadQueue'
import { uploads, useUploads } from './uploads'

const ACCEPTED = 'image/jpeg,image/png,image/webp,image/heic,image/heif'

/** Photos from the street: taken or chosen, sent, and what came of them. Made for a phone held in one hand. */
export default function UploadPage() {
  const t = useMessages()
  const current = useUploads()
  const [note, setNote] = useState(() => remembered('photos.note') ?? '')
  const [useDevice, setUseDevice] = useState(() => remembered('photos.locate') === 'yes')
  const [dragging, setDragging] = useState(false)
  const camera = useRef<HTMLInputElement>(null)
  const album = useRef<HTMLInputElement>(null)

  const add = (files: readonly File[]) => {
    if (files.length > 0) uploads.add(files, note.trim(), useDevice)
  }
  const onChosen = (event: ChangeEvent<HTMLInputElement>) => {
    add([...(event.target.files ?? [])])
    event.target.value = ''
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setDragging(false)
    add([...event.dataTransfer.files])
  }

  const refused = current.filter(mayPass).length
  const sending = current.filter(
    (upload) => upload.state === 'uploading' || upload.state === 'waiting',
  ).length
  return (
    <div className={styles.page}>
      <header>
        <h1>{t('photos.title')}</h1>
        <p className={styles.intro}>{t('photos.intro')}</p>
      </header>
      <div
        className={styles.pick}
        data-dragging={dragging}
        onDragOver={(event) => {
          event.preventDefault()
          setDragging(true)
        }}
        onDragLeave={() => setDragging(false)}
        onDrop={onDrop}
      >
        <input ref={camera} type="file" accept={ACCEPTED} capture="environment" hidden onChange={onChosen} />
        <input
          ref={album}
          type="file"
          accept={ACCEPTED}
          multiple
          hidden
          data-testid="album"
          onChange={onChosen}
        />
        <p className={styles.drop}>{t('photos.drop')}</p>
        <button type="button" className={styles.take} onClick={() => camera.current?.click()}>
          <Camera size={26} aria-hidden />
          {t('photos.take')}
        </button>
        <button type="button" className={styles.choose} onClick={() => album.current?.click()}>
          <ImagePlus size={24} aria-hidden />
          {t('photos.choose')}
        </button>
        <p className={styles.limits}>{t('photos.limits')}</p>
      </div>
      <label className={styles.note}>
        <span>{t('photos.note')}</span>
        <Input
          size="large"
          maxLength={500}
          placeholder={t('photos.notePlaceholder')}
          value={note}
          onChange={(event) => {
            setNote(event.target.value)
            remember('photos.note', event.target.value)
          }}
        />
      </label>
      <LocationSwitch
        on={useDevice}
        onChange={(on) => {
          setUseDevice(on)
          remember('photos.locate', on ? 'yes' : 'no')
        }}
      />
      {current.length === 0 ? null : (
        <section className={styles.list} aria-live="polite">
          <header>
            {sending > 0 ? <p>{t('photos.uploading', { count: sending })}</p> : null}
            {refused > 1 ? <Button onClick={() => uploads.retryAll()}>{t('photos.retryAll')}</Button> : null}
          </header>
          <ul>
            {current.map((upload) => (
              <UploadCard key={upload.key} upload={upload} />
            ))}
          </ul>
        </section>
      )}
      <MyPhotos hidden={new Set(current.map((upload) => upload.photoId))} />
    </div>
  )
}
