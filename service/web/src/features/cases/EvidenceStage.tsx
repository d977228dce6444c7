import { ImageOff } from 'lucide-react'

import type { Evidence } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { ZoomPicture } from '@/shared/ZoomPicture'

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
}

/** One evidence file, as large as the page allows, on a dark ground; tabs change the file. */
export function EvidenceStage({ evidence, selected, onSelect, kind, placeholder = null }: Props) {
  const t = useMessages()
  const format = useFormat()
  const shown = evidence.find((file) => file.id === selected) ?? evidence[0]

  return (
    <section className={styles.stage} aria-label={t('cases.evidence')}>
      <div className={styles.frame}>
        {shown === undefined ? (
          <Waiting placeholder={placeholder} />
        ) : shown.media_type.startsWith('video/') ? (
          // A clip has no speech; what it shows is said in the facts beside it.

          <video
            key={shown.id}
            className={styles.clip}
            src={shown.url}
            controls
            loop
            autoPlay
            muted
            playsInline
          />
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

/** The next picture when somebody switches: context, close-up, clip, round again; the original only when asked for. */
export function nextView(evidence: readonly Evidence[], selected: string | null): string | null {
  const views = evidence.filter((file) => file.role !== 'original')
  const at = views.findIndex((file) => file.id === (selected ?? views[0]?.id))
  return views[(at + 1) % Math.max(1, views.length)]?.id ?? null
}
