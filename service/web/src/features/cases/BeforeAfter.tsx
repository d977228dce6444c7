import { useState } from 'react'

import type { Evidence } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import styles from './BeforeAfter.module.css'
import { inViewOrder } from './evidenceViews'

/** The place before and after it was put right, one over the other, with a border that is moved. */
export function BeforeAfter({ evidence }: { evidence: readonly Evidence[] }) {
  const t = useMessages()
  const format = useFormat()
  const before = inViewOrder(evidence).filter((file) => file.role === 'context' && file.deleted_at === null)
  const after = evidence.filter((file) => file.role === 'after' && file.deleted_at === null)
  const [chosen, setChosen] = useState<string | null>(null)
  const [border, setBorder] = useState(50)
  const then = before.at(-1)
  const now = after.find((file) => file.id === chosen) ?? after.at(-1)
  if (then === undefined || now === undefined) return null
  return (
    <section className={styles.compare} aria-label={t('cases.beforeAfter')}>
      <h2>{t('cases.beforeAfter')}</h2>
      <div className={styles.frame}>
        <img src={now.url} alt={t('cases.after')} />
        <img src={then.url} alt={t('cases.before')} style={{ clipPath: `inset(0 ${100 - border}% 0 0)` }} />
        <i className={styles.border} style={{ left: `${border}%` }} />
        <span className={styles.left}>{t('cases.before')}</span>
        <span className={styles.right}>{t('cases.after')}</span>
        <input
          type="range"
          min={0}
          max={100}
          step={0.5}
          value={border}
          aria-label={t('cases.slider')}
          onChange={(event) => setBorder(Number(event.target.value))}
        />
      </div>
      {after.length < 2 ? null : (
        <div className={styles.choices} role="group" aria-label={t('cases.afterPhotos')}>
          {after.map((file) => (
            <button
              key={file.id}
              type="button"
              aria-pressed={file.id === now.id}
              onClick={() => setChosen(file.id)}
            >
              <img src={file.url} alt="" loading="lazy" />
              <small>{file.taken_at === null ? '' : format.dateTime(file.taken_at)}</small>
            </button>
          ))}
        </div>
      )}
    </section>
  )
}
