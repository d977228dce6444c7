import { AlarmClock } from 'lucide-react'

import type { Case, CaseRow } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import { deadlineOf } from './deadline'
import styles from './CaseLabels.module.css'

interface Props {
  row: CaseRow
  detail?: Case | undefined
  /** Milliseconds since the epoch; one clock ticks for all of a page. */
  now: number
}

/** How long the unit still has, or for how long its time has run out; nothing where no time runs. */
export function DeadlineClock({ row, detail, now }: Props) {
  const t = useMessages()
  const format = useFormat()
  const deadline = deadlineOf(row, now, detail)
  if (deadline === null) return null
  return (
    <span
      className={styles.deadline}
      data-state={deadline.state}
      title={'dueAt' in deadline ? t('case.dueAt', { time: format.exact(deadline.dueAt) }) : ''}
    >
      <AlarmClock size={14} aria-hidden />
      {deadline.state === 'late'
        ? t('case.wasOverdue')
        : deadline.state === 'over'
          ? t('case.overdue', { time: format.span(deadline.seconds) })
          : deadline.state === 'stopped'
            ? t('case.stopped', { time: format.span(deadline.seconds) })
            : t('case.left', { time: format.span(deadline.seconds) })}
    </span>
  )
}
