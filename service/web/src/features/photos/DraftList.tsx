import { Button } from 'antd'
import { Send } from 'lucide-react'

import { useMessages } from '@/app/locale'

import { DraftCard } from './DraftCard'
import styles from './Draft.module.css'
import { draftsOf } from './problems'
import type { Upload } from './upload'
import { uploads } from './uploads'

/** Photos that are not sent yet, sorted into problems; nothing while there are none. */
export function DraftList({ current }: { current: readonly Upload[] }) {
  const t = useMessages()
  const drafts = draftsOf(current)
  const photos = drafts.reduce((sum, draft) => sum + draft.uploads.length, 0)
  const isReading = current.some((upload) => upload.state === 'reading')
  if (drafts.length === 0 && !isReading) return null
  return (
    <section className={styles.drafts} aria-label={t('photos.drafts')}>
      <header>
        <h2>{t('photos.drafts')}</h2>
        <p role="status">
          {isReading
            ? t('photos.status.reading')
            : `${t('photos.problems', { count: drafts.length })} · ${t('photos.shots', { count: photos })}`}
        </p>
      </header>
      <p className={styles.hint}>{t('photos.draftsHint')}</p>
      <ul>
        {drafts.map((draft, index) => (
          <DraftCard key={draft.id} draft={draft} number={index + 1} drafts={drafts} />
        ))}
      </ul>
      {drafts.length < 2 ? null : (
        <div className={styles.all}>
          <Button
            type="primary"
            size="large"
            block
            icon={<Send size={18} />}
            disabled={isReading}
            onClick={() => drafts.forEach(({ id }) => uploads.submit(id))}
          >
            {t('photos.sendAll', { count: drafts.length })}
          </Button>
        </div>
      )}
    </section>
  )
}
