import { Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'

import { useMessages } from '@/app/locale'

import styles from './UndoBar.module.css'
import { UNDO_MS, undoable, type ReviewQueue } from './reviewQueue'

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

  const decided = undoable(queue, Math.max(now, last?.at ?? 0))
  if (decided === null) return null
  const { number } = decided.row
  const seconds = Math.max(1, Math.ceil((decided.at + UNDO_MS - Math.max(now, decided.at)) / 1000))
  return (
    <div className={styles.bar}>
      <span role="status">
        {decided.action === 'confirm' ? t('review.confirmed', { number }) : t('review.dismissed', { number })}
      </span>
      <button type="button" onClick={onUndo}>
        <Undo2 size={16} aria-hidden />
        {t('review.undoSeconds', { count: seconds })}
        <kbd>U</kbd>
      </button>
    </div>
  )
}
