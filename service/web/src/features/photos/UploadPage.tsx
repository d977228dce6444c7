import { Camera, ImagePlus } from 'lucide-react'
import { useRef, useState, type ChangeEvent, type DragEvent } from 'react'

import { useMessages } from '@/app/locale'
import { remember, remembered } from '@/app/preferences'

import { DraftList } from './DraftList'
import { LocationSwitch } from './LocationSwitch'
import { MyPhotos } from './MyPhotos'
import { SentList } from './SentList'
import styles from './UploadPage.module.css'
import { uploads, useUploads } from './uploads'

const ACCEPTED = 'image/jpeg,image/png,image/webp,image/heic,image/heif'

/** Photos from the street: taken or chosen, looked through, sent, and what came of them. Made for a phone in one hand. */
export default function UploadPage() {
  const t = useMessages()
  const current = useUploads()
  const [useDevice, setUseDevice] = useState(() => remembered('photos.locate') === 'yes')
  const [dragging, setDragging] = useState(false)
  const camera = useRef<HTMLInputElement>(null)
  const album = useRef<HTMLInputElement>(null)

  const add = (files: readonly File[], fresh: boolean) => {
    if (files.length > 0) uploads.add(files, { useDevice, fresh })
  }
  const onChosen = ({ target }: ChangeEvent<HTMLInputElement>, fresh: boolean) => {
    add([...(target.files ?? [])], fresh)
    target.value = ''
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setDragging(false)
    add([...event.dataTransfer.files], false)
  }

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
        <input
          ref={camera}
          type="file"
          accept={ACCEPTED}
          capture="environment"
          hidden
          data-testid="camera"
          onChange={(event) => onChosen(event, true)}
        />
        <input
          ref={album}
          type="file"
          accept={ACCEPTED}
          multiple
          hidden
          data-testid="album"
          onChange={(event) => onChosen(event, false)}
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
      <LocationSwitch
        on={useDevice}
        onChange={(on) => {
          setUseDevice(on)
          remember('photos.locate', on ? 'yes' : 'no')
        }}
      />
      <DraftList current={current} />
      <SentList current={current} />
      <MyPhotos hidden={new Set(current.map((upload) => upload.photoId))} />
    </div>
  )
}
