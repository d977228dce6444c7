import { Button } from 'antd'

import { useMessages } from '@/app/locale'

import { grouped } from './problems'
import { mayPass, type Upload } from './upload'
import { UploadCard } from './UploadCard'
import styles from './UploadPage.module.css'
import { uploads } from './uploads'

/** Photos on their way and those that came of this visit, those of one problem together. */
export function SentList({ current }: { current: readonly Upload[] }) {
  const t = useMessages()
  const sent = current.filter((upload) => upload.facts.form !== null)
  if (sent.length === 0) return null
  const problems = grouped(sent, (upload) => upload.facts.form?.problem ?? upload.key)
  const refused = sent.filter(mayPass).length
  const sending = sent.filter((upload) => upload.state === 'uploading' || upload.state === 'waiting').length
  return (
    <section className={styles.list} aria-live="polite">
      <header>
        <h2>{t('photos.sent')}</h2>
        {sending > 0 ? <p>{t('photos.uploading', { count: sending })}</p> : null}
        {refused > 1 ? <Button onClick={() => uploads.retryAll()}>{t('photos.retryAll')}</Button> : null}
      </header>
      {[...problems].map(([problem, photos]) => (
        <ul key={problem} className={photos.length > 1 ? styles.problem : undefined}>
          {photos.map((upload) => (
            <UploadCard key={upload.key} upload={upload} />
          ))}
        </ul>
      ))}
    </section>
  )
}
