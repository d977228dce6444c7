import { useWords } from '@/api/catalogue'
import type { HistoryEntry } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import styles from './CaseHistory.module.css'
import { StatusLabel } from './CaseLabels'

/** How the service calls itself in a case's history. */
const SYSTEM = 'system'

/** What happened to a case, newest first: who, when, why. */
export function CaseHistory({ history }: { history: readonly HistoryEntry[] }) {
  const t = useMessages()
  const format = useFormat()
  const { word } = useWords()
  return (
    <ol className={styles.history}>
      {history.toReversed().map((step) => (
        <li key={step.at + step.action}>
          <p>
            <strong>{t(`action.${step.action}`)}</strong>
            {step.to_status === null ? null : <StatusLabel status={step.to_status} />}
          </p>
          <p className={styles.by}>
            {t('cases.by', {
              actor: step.actor === SYSTEM ? t('cases.system') : step.actor,
              time: format.exact(step.at),
            })}
          </p>
          {step.reason === null ? null : (
            <p>{t('cases.reasonIs', { reason: word('dismissal_reasons', step.reason) })}</p>
          )}
          {step.unit === null ? null : <p>{step.unit}</p>}
          {step.outcome === null ? null : <p>{word('outcomes', step.outcome)}</p>}
          {step.other_case === null ? null : <p>{step.other_case}</p>}
          {step.note === '' ? null : <blockquote>{step.note}</blockquote>}
        </li>
      ))}
    </ol>
  )
}
