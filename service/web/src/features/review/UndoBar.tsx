import { Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'

import { useMessages } from '@/app/locale'

import styles from './UndoBar.module.css'
import { lastDecided, UNDO_MS, type DecisionName, type ReviewQueue } from './reviewQueue'

const TEXT = {
  confirm: 'review.confirmed',
  dismiss: 'review.dismissed',
  merge: 'review.merged',
  assign: 'review.assigned',
} as const satisfies Record<DecisionName, string>

/** The last decision, and how long it can still be taken back. */
export function UndoBar({ queue, onUndo }: { queue: ReviewQueue; onUndo: () => void }) {
  const t = useMessages()
  const [now, setNow] = useState(() => Date.now())
  const last = queue.decided.at(-1)

  useEffect(() => {
    if (last === undefined) return
    const tick = () => setNow(Date.now())
    tick()
    const timer = window.setInterval(tick, 500)
    return () => window.clearInterval(timer)
  }, [last])

  const decided = lastDecided(queue, Math.max(now, last?.at ?? 0))
  if (decided === null) return null
  const { number } = decided.row
  const seconds = Math.max(1, Math.ceil((decided.at + UNDO_MS - Math.max(now, decided.at)) / 1000))
  return (
    <div className={styles.bar}>
      <span role="status">{t(TEXT[decided.action], { number })}</span>
      {decided.action === 'assign' ? (
        <Link to={`/cases/${decided.row.id}`}>{t('review.show')}</Link>
      ) : (
        <button type="button" onClick={onUndo}>
          <Undo2 size={16} aria-hidden />
          {t('review.undoSeconds', { count: seconds })}
          <kbd>U</kbd>
        </button>
      )}
    </div>
  )
}
