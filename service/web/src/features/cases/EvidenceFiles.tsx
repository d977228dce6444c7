import { ExternalLink } from 'lucide-react'

import type { Evidence } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { CopyButton } from '@/shared/CopyButton'

import styles from './CasePage.module.css'
import { evidenceNote } from './evidenceNote'

/** Every evidence file with what proves that it is unaltered: size, time, SHA-256. */
export function EvidenceFiles({ evidence }: { evidence: readonly Evidence[] }) {
  const t = useMessages()
  const format = useFormat()
  return (
    <section className={`${styles.card ?? ''} ${styles.files ?? ''}`}>
      <h2>{t('cases.evidence')}</h2>
      <ul>
        {evidence.map((file) => (
          <li key={file.id}>
            <p>
              <strong>{t(`evidence.${file.role}`)}</strong>
              {file.note === '' ? null : <span>{evidenceNote(t, file.note)}</span>}
              <span>{format.bytes(file.size)}</span>
              {file.taken_at === null ? null : <span>{format.exact(file.taken_at)}</span>}
              <a
                href={file.url}
                target="_blank"
                rel="noreferrer"
                aria-label={t('evidence.open')}
                title={t('evidence.open')}
              >
                <ExternalLink size={15} aria-hidden />
              </a>
            </p>
            <p className={styles.sha}>
              <span>{t('evidence.sha')}</span> <code>{file.sha256}</code> <CopyButton text={file.sha256} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
