import { ImageOff } from 'lucide-react'
import type { ReactNode } from 'react'

import type { Evidence } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { ZoomPicture } from '@/shared/ZoomPicture'

import { ClipPlayer } from './ClipPlayer'
import { evidenceNote } from './evidenceNote'
import styles from './EvidenceStage.module.css'

interface Props {
  evidence: readonly Evidence[]
  /** The file on show; the first where it is not among them. */
  selected: string | null
  onSelect: (id: string) => void
  kind: string
  /** Shown while the evidence itself is still loading. */
  placeholder?: string | null
  /** What is drawn over one of the pictures. */
  overlay?: { of: string; drawing: ReactNode } | null
}

/** One evidence file, as large as the page allows, on a dark ground; tabs change the file. */
export function EvidenceStage(props: Props) {
  const { evidence, selected, onSelect, kind, placeholder = null, overlay = null } = props
  const t = useMessages()
  const format = useFormat()
  const shown = evidence.find((file) => file.id === selected) ?? evidence[0]

  return (
    <section className={styles.stage} aria-label={t('cases.evidence')}>
      <div className={styles.frame}>
        {shown === undefined ? (
          <Waiting placeholder={placeholder} />
        ) : shown.deleted_at !== null ? (
          <p className={styles.none}>
            <ImageOff size={28} aria-hidden />
            {t('evidence.deleted', { time: format.date(shown.deleted_at) })}
          </p>
        ) : shown.media_type.startsWith('video/') ? (
          <ClipPlayer key={shown.id} src={shown.url} />
        ) : (
          <ZoomPicture
            key={shown.url}
            src={shown.url}
            alt={t('evidence.alt', {
              role: t(`evidence.${shown.role}`),
              kind,
              time: shown.taken_at === null ? '' : format.exact(shown.taken_at),
            })}
            hint={t('evidence.zoom')}
            failed={t('evidence.failed')}
            overlay={shown.id === overlay?.of ? overlay.drawing : null}
          />
        )}
        {shown?.role === 'original' ? <p className={styles.warning}>{t('evidence.unblurred')}</p> : null}
      </div>
      <div className={styles.tabs} role="group" aria-label={t('evidence.choose')}>
        {evidence.map((file) => (
          <button
            key={file.id}
            type="button"
            aria-pressed={file.id === shown?.id}
            className={styles.tab}
            onClick={() => onSelect(file.id)}
          >
            {t(`evidence.${file.role}`)}
            <small>
              {[evidenceNote(t, file.note), file.taken_at === null ? '' : format.time(file.taken_at)]
                .filter((part) => part !== '')
                .join(' · ')}
            </small>
          </button>
        ))}
      </div>
    </section>
  )
}

function Waiting({ placeholder }: { placeholder: string | null }) {
  const t = useMessages()
  if (placeholder !== null) return <img className={styles.placeholder} src={placeholder} alt="" />
  return (
    <p className={styles.none}>
      <ImageOff size={28} aria-hidden />
      {t('evidence.none')}
    </p>
  )
}
