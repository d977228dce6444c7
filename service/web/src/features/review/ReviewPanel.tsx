import { Check, ChevronLeft, ChevronRight, CircleHelp, Image as ImageIcon, X } from 'lucide-react'
import { Link } from 'react-router'

import { useWords } from '@/api/catalogue'
import type { Case, DismissalReason } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { CaseFacts } from '@/features/cases/CaseFacts'
import { KindLabel, SuspectedLabel } from '@/features/cases/CaseLabels'
import { DismissForm } from '@/features/cases/DismissForm'

import styles from './ReviewPanel.module.css'
import type { Entry } from './reviewQueue'

/** The server counts no further. */
const COUNTED_UP_TO = 10_000

interface Props {
  entry: Entry
  detail: Case | undefined
  waiting: number
  position: number
  next: readonly Entry[]
  dismissing: boolean
  /** Whether the untouched original is on show; null where it may not be seen. */
  original: { shown: boolean; toggle: () => void } | null
  onConfirm: () => void
  onAskDismiss: () => void
  onCancelDismiss: () => void
  onDismiss: (reason: DismissalReason, note: string) => void
  onMove: (by: 1 | -1) => void
  onShow: (id: string) => void
  onHelp: () => void
}

/** Beside the evidence: facts, decisions, what comes next. */
export function ReviewPanel(props: Props) {
  const { entry, detail, original } = props
  const t = useMessages()
  const format = useFormat()
  const { row } = entry
  return (
    <aside className={styles.panel}>
      <header className={styles.count}>
        <span>
          <strong>
            {t(props.waiting >= COUNTED_UP_TO ? 'review.waitingCapped' : 'review.waiting', {
              count: props.waiting,
            })}
          </strong>{' '}
          · {t('review.position', { index: props.position })}
        </span>
        <span className={styles.tools}>
          {original === null ? null : (
            <button
              type="button"
              aria-pressed={original.shown}
              title={`${t('review.original')} (O)`}
              aria-label={t('review.original')}
              onClick={original.toggle}
            >
              <ImageIcon size={18} aria-hidden />
            </button>
          )}
          <button
            type="button"
            title={`${t('review.help')} (?)`}
            aria-label={t('review.help')}
            onClick={props.onHelp}
          >
            <CircleHelp size={18} aria-hidden />
          </button>
        </span>
      </header>
      <div className={styles.body}>
        <div className={styles.title}>
          <span className={styles.kind}>
            <KindLabel kind={row.kind} count={row.count} />
          </span>
          {row.suspected ? <SuspectedLabel /> : null}
        </div>
        <p className={styles.number}>
          <Link to={`/cases/${row.id}`}>{row.number}</Link>
        </p>
        <MarkNote entry={entry} />
        {row.suspected && (detail?.violation.note ?? '') === '' ? (
          <p className={styles.hint}>{t('case.suspectedHint')}</p>
        ) : null}
        <CaseFacts row={row} detail={detail} />
        {props.next.length === 0 ? null : (
          <section className={styles.next} aria-label={t('review.upNext')}>
            <h2>{t('review.upNext')}</h2>
            <ol>
              {props.next.map(({ row: other }) => (
                <li key={other.id}>
                  <button type="button" onClick={() => props.onShow(other.id)} aria-label={other.number}>
                    {other.thumbnail_url === null ? <i /> : <img src={other.thumbnail_url} alt="" />}
                    <KindLabel kind={other.kind} />
                    <small>{format.time(other.occurred_at)}</small>
                  </button>
                </li>
              ))}
            </ol>
          </section>
        )}
      </div>
      <footer className={styles.decide}>
        {props.dismissing ? (
          <DismissForm onDismiss={props.onDismiss} onCancel={props.onCancelDismiss} />
        ) : (
          <DecideButtons {...props} />
        )}
      </footer>
    </aside>
  )
}

function DecideButtons({ entry, onConfirm, onAskDismiss, onMove }: Props) {
  const t = useMessages()
  const settled = entry.mark?.why === 'settled'
  return (
    <div className={styles.buttons}>
      <button type="button" className={styles.confirm} disabled={settled} onClick={onConfirm}>
        <Check size={20} aria-hidden /> {t('review.confirm')} <kbd>C</kbd>
      </button>
      <button type="button" className={styles.dismiss} disabled={settled} onClick={onAskDismiss}>
        <X size={20} aria-hidden /> {t('review.dismiss')} <kbd>D</kbd>
      </button>
      <button
        type="button"
        className={styles.step}
        aria-label={t('review.previous')}
        onClick={() => onMove(-1)}
      >
        <ChevronLeft size={18} aria-hidden /> <span>{t('review.previous')}</span> <kbd>K</kbd>
      </button>
      <button type="button" className={styles.step} aria-label={t('review.next')} onClick={() => onMove(1)}>
        <span>{t('review.next')}</span> <ChevronRight size={18} aria-hidden /> <kbd>J</kbd>
      </button>
    </div>
  )
}

function MarkNote({ entry }: { entry: Entry }) {
  const t = useMessages()
  const format = useFormat()
  const { word } = useWords()
  const { mark, row } = entry
  if (mark === null) return null
  if (mark.why === 'undelivered') {
    return (
      <p className={styles.mark} role="alert">
        {t('review.returned')}
      </p>
    )
  }
  const status = word('case_states', mark.current.status)
  const { decision } = mark.current
  return (
    <p className={styles.mark} role="alert">
      {decision === null
        ? t('review.settled', { status })
        : `${t('review.conflict', { number: row.number, actor: decision.actor, status })} · ${format.exact(decision.at)}`}
      {decision?.reason == null ? null : (
        <span>{t('cases.reasonIs', { reason: word('dismissal_reasons', decision.reason) })}</span>
      )}
      {mark.mine ? <span>{t('review.conflictNote')}</span> : null}
    </p>
  )
}
