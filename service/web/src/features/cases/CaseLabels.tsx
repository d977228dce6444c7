import type { CaseStatus } from '@/api/nouns'
import { useWords } from '@/api/catalogue'
import { useMessages } from '@/app/locale'

import styles from './CaseLabels.module.css'

/** The kind of a case, with its colour; kinds that are new here get the neutral one. */
export function KindLabel({ kind, count = 1 }: { kind: string; count?: number }) {
  const { word } = useWords()
  return (
    <span className={styles.kind} data-kind={kind}>
      <span>{word('kinds', kind)}</span>
      {count > 1 ? <b>×{count}</b> : null}
    </span>
  )
}

export function StatusLabel({ status }: { status: CaseStatus }) {
  const { word } = useWords()
  return (
    <span className={styles.status} data-status={status}>
      {word('case_states', status)}
    </span>
  )
}

/** Says that the picture alone does not prove the offence. */
export function SuspectedLabel() {
  const t = useMessages()
  return (
    <span className={styles.suspected} title={t('case.suspectedHint')}>
      {t('case.suspected')}
    </span>
  )
}

/** A supervisor, or the clock, urges the unit on. */
export function EscalatedLabel() {
  const t = useMessages()
  return <span className={styles.escalated}>{t('case.escalated')}</span>
}
