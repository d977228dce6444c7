import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { CheckCheck } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'

import { useWords } from '@/api/catalogue'
import { caseQuery } from '@/api/cases'
import { useMessages } from '@/app/locale'
import { BoxOverlay } from '@/features/cases/BoxOverlay'
import { EvidenceStage } from '@/features/cases/EvidenceStage'
import { boxedOriginal, inViewOrder, isClip, nextView, otherWithBoxes } from '@/features/cases/evidenceViews'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'
import { useShortcuts } from '@/shared/useShortcuts'

import { HelpDialog } from './HelpDialog'
import styles from './ReviewPage.module.css'
import { ReviewPanel } from './ReviewPanel'
import { currentEntry, upNext } from './reviewQueue'
import { UndoBar } from './UndoBar'
import { useReviewQueue } from './useReviewQueue'

const BoxEditor = lazy(() => import('@/features/cases/BoxEditor'))
const BatchGrid = lazy(() => import('./BatchGrid'))

type Asking = 'dismiss' | 'merge' | 'boxes'

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
  const [ask, setAsk] = useState<{ of: string; what: Asking } | null>(null)
  const [boxes, setBoxes] = useState(true)
  const [batch, setBatch] = useState(false)
  const [help, setHelp] = useState(false)

  const file = view.of === id ? view.file : null
  const evidence = detail === undefined ? [] : inViewOrder(detail.evidence)
  const chosen = evidence.find((candidate) => candidate.id === file) ?? evidence[0]
  const original = detail === undefined ? null : boxedOriginal(detail)
  const bare = chosen?.role === 'context' ? otherWithBoxes(evidence, chosen) : null
  const shown = !boxes && bare !== null ? bare : chosen
  const clip = evidence.find((candidate) => isClip(candidate))
  const asking = ask !== null && ask.of === id && entry !== null ? ask.what : null
  const decidable = entry !== null && entry.mark?.why !== 'settled'

  const show = (chosenFile: string | null) => setView({ of: id, file: chosenFile })
  const begin = (what: Asking) => () => setAsk({ of: id, what })
  const confirm = () => session.decide({ action: 'confirm' })
  const assign = () => session.decide({ action: 'assign' })
  const showOriginal = () => {
    if (original !== null) show(file === original.id ? null : original.id)
  }
  const toggleBoxes = () => setBoxes((on) => !on)

  useShortcuts(
    {
      c: decidable ? confirm : undefined,
      d: decidable ? begin('dismiss') : undefined,
      m: decidable ? begin('merge') : undefined,
      a: decidable ? assign : undefined,
      e: original !== null ? begin('boxes') : undefined,
      j: () => session.move(1),
      k: () => session.move(-1),
      u: () => session.undo(),
      v: () => show(nextView(evidence, file)),
      o: showOriginal,
      b: toggleBoxes,
      // A clip on screen hears the key itself.
      p: clip !== undefined && !isClip(shown) ? () => show(clip.id) : undefined,
      g: entry === null ? undefined : () => setBatch(true),
      '?': () => setHelp(true),
    },
    !batch,
  )

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

  if (batch) {
    return (
      <Suspense fallback={null}>
        <BatchGrid
          entries={queue.entries}
          onConfirm={(ids) => session.decide({ action: 'confirm' }, ids)}
          onDismiss={(ids, reason, note) => session.decide({ action: 'dismiss', reason, note }, ids)}
          onOpen={(other) => {
            session.show(other)
            setBatch(false)
          }}
          onLeave={() => setBatch(false)}
        />
      </Suspense>
    )
  }

  return (
    <div className={styles.page}>
      <h1 className="visually-hidden">{t('review.title')}</h1>
      <div className={styles.stage}>
        <EvidenceStage
          evidence={evidence}
          selected={shown?.id ?? null}
          onSelect={show}
          kind={word('kinds', entry.row.kind)}
          placeholder={entry.row.thumbnail_url}
          overlay={
            boxes && detail !== undefined && original !== null
              ? { of: original.id, drawing: <BoxOverlay found={detail} /> }
              : null
          }
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
        asking={asking === 'boxes' ? null : asking}
        tools={{
          boxes: bare === null && shown?.id !== original?.id ? null : { on: boxes, toggle: toggleBoxes },
          original: original === null ? null : { on: chosen?.id === original.id, toggle: showOriginal },
          edit: original === null ? null : begin('boxes'),
          batch: () => setBatch(true),
          help: () => setHelp(true),
        }}
        onConfirm={confirm}
        onAssign={assign}
        onAsk={(what) => setAsk(what === null ? null : { of: id, what })}
        onDismiss={(reason, note) => {
          session.decide({ action: 'dismiss', reason, note })
          setAsk(null)
        }}
        onMerge={(into) => {
          session.decide({ action: 'merge', into })
          setAsk(null)
        }}
        onMove={(by) => session.move(by)}
        onShow={(other) => session.show(other)}
      />
      {asking === 'boxes' && detail !== undefined && original !== null ? (
        <Suspense fallback={null}>
          <BoxEditor found={detail} original={original} onDone={() => setAsk(null)} />
        </Suspense>
      ) : null}
      {helpDialog}
    </div>
  )
}
