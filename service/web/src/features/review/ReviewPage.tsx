import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { CheckCheck } from 'lucide-react'
import { useState } from 'react'

import { useWords } from '@/api/catalogue'
import { caseQuery } from '@/api/cases'
import type { Case, DismissalReason } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { EvidenceStage, nextView } from '@/features/cases/EvidenceStage'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'
import { useShortcuts } from '@/shared/useShortcuts'

import { HelpDialog } from './HelpDialog'
import styles from './ReviewPage.module.css'
import { ReviewPanel } from './ReviewPanel'
import { currentEntry, upNext } from './reviewQueue'
import { UndoBar } from './UndoBar'
import { useReviewQueue } from './useReviewQueue'

/** One pending case fills the screen; keys decide and go on. */
export default function ReviewPage() {
  const t = useMessages()
  const { word } = useWords()
  const review = useReviewQueue()
  const { queue, session } = review
  const entry = currentEntry(queue)
  const id = entry?.row.id ?? ''
  const { data: detail } = useQuery({ ...caseQuery(id), enabled: entry !== null })
  const [view, setView] = useState<{ of: string; file: string | null }>({ of: '', file: null })
  const [dismissing, setDismissing] = useState('')
  const [help, setHelp] = useState(false)

  const file = view.of === id ? view.file : null
  const evidence = detail === undefined ? [] : inOrder(detail)
  const original = evidence.find((candidate) => candidate.role === 'original')
  const asking = entry !== null && dismissing === id
  const decidable = entry !== null && entry.mark?.why !== 'settled'

  const confirm = () => session.decide({ action: 'confirm' })
  const dismiss = (reason: DismissalReason, note: string) => {
    session.decide({ action: 'dismiss', reason, note })
    setDismissing('')
  }
  const showOriginal = () => {
    if (original === undefined) return
    setView({ of: id, file: file === original.id ? null : original.id })
  }

  useShortcuts({
    c: decidable ? confirm : undefined,
    d: decidable ? () => setDismissing(id) : undefined,
    j: () => session.move(1),
    k: () => session.move(-1),
    u: () => session.undo(),
    v: () => setView({ of: id, file: nextView(evidence, file) }),
    o: showOriginal,
    '?': () => setHelp(true),
  })

  const undoBar = <UndoBar queue={queue} onUndo={() => session.undo()} />
  const helpDialog = <HelpDialog open={help} onClose={() => setHelp(false)} />

  if (entry === null) {
    return (
      <div className={styles.empty}>
        {review.error === null || review.error === undefined ? (
          <EmptyState
            icon={<CheckCheck size={44} aria-hidden />}
            title={review.loading ? t('app.loading') : t('review.empty')}
            hint={review.loading ? '' : t('review.emptyHint')}
          >
            {queue.settled > 0 ? <p>{t('review.emptyDone', { count: queue.settled })}</p> : null}
          </EmptyState>
        ) : (
          <EmptyState
            title={problemText(t, review.error)}
            action={<Button onClick={() => void session.load()}>{t('common.retry')}</Button>}
          />
        )}
        {undoBar}
        {helpDialog}
      </div>
    )
  }

  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{t('review.title')}</h1>
      <div className={styles.stage}>
        <EvidenceStage
          evidence={evidence}
          selected={file}
          onSelect={(chosen) => setView({ of: id, file: chosen })}
          kind={word('kinds', entry.row.kind)}
          placeholder={entry.row.thumbnail_url}
        />
        {undoBar}
      </div>
      <ReviewPanel
        key={id}
        entry={entry}
        detail={detail}
        waiting={review.waiting}
        position={queue.index + 1}
        next={upNext(queue, 3)}
        dismissing={asking}
        original={original === undefined ? null : { shown: file === original.id, toggle: showOriginal }}
        onConfirm={confirm}
        onAskDismiss={() => setDismissing(id)}
        onCancelDismiss={() => setDismissing('')}
        onDismiss={dismiss}
        onMove={(by) => session.move(by)}
        onShow={(other) => session.show(other)}
        onHelp={() => setHelp(true)}
      />
      {helpDialog}
    </div>
  )
}

const ROLE_ORDER = ['context', 'closeup', 'clip', 'original']

/** Evidence as operators look at it: the place first, then close. */
function inOrder(found: Case) {
  return found.evidence.toSorted((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role))
}
