import {
  Check,
  ChevronLeft,
  ChevronRight,
  CircleHelp,
  Image as ImageIcon,
  LayoutGrid,
  Merge,
  Send,
  SquareDashed,
  SquarePen,
  X,
} from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { Link } from 'react-router'

import { useWords } from '@/api/catalogue'
import type { Case, DismissalReason } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { CaseFacts } from '@/features/cases/CaseFacts'
import { CaseHistory } from '@/features/cases/CaseHistory'
import { KindLabel, SuspectedLabel } from '@/features/cases/CaseLabels'
import { CaseSurroundings } from '@/features/cases/CaseSurroundings'
import { DismissForm } from '@/features/cases/DismissForm'
import { MergeForm } from '@/features/cases/MergeForm'
import { Viewers } from '@/features/cases/Viewers'

import styles from './ReviewPanel.module.css'
import type { Entry } from './reviewQueue'

/** The server counts no further. */
const COUNTED_UP_TO = 10_000
/** How long a case must be on screen before more is asked and drawn than a fast decision needs. */
const LINGER_MS = 600

interface Switch {
  on: boolean
  toggle: () => void
}

/** The small buttons above the facts; null where one does not apply. */
interface Tools {
  boxes: Switch | null
  original: Switch | null
  edit: (() => void) | null
  batch: () => void
  help: () => void
}

interface Props {
  entry: Entry
  detail: Case | undefined
  waiting: number
  position: number
  next: readonly Entry[]
  /** What the operator is asked about the case now, in place of the buttons. */
  asking: 'dismiss' | 'merge' | null
  tools: Tools
  onConfirm: () => void
  onAssign: () => void
  onAsk: (what: 'dismiss' | 'merge' | null) => void
  onDismiss: (reason: DismissalReason, note: string) => void
  onMerge: (into: string) => void
  onMove: (by: 1 | -1) => void
  onShow: (id: string) => void
}

/** Beside the evidence: facts, decisions, what comes next. */
export function ReviewPanel(props: Props) {
  const { entry, detail, tools } = props
  const t = useMessages()
  const format = useFormat()
  const { row } = entry
  const stays = useStays(LINGER_MS)
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
          {tools.boxes === null ? null : (
            <Tool label={t('evidence.boxes')} keyName="B" pressed={tools.boxes.on} run={tools.boxes.toggle}>
              <SquareDashed size={18} aria-hidden />
            </Tool>
          )}
          {tools.original === null ? null : (
            <Tool
              label={t('review.original')}
              keyName="O"
              pressed={tools.original.on}
              run={tools.original.toggle}
            >
              <ImageIcon size={18} aria-hidden />
            </Tool>
          )}
          {tools.edit === null ? null : (
            <Tool label={t('boxes.edit')} keyName="E" run={tools.edit}>
              <SquarePen size={18} aria-hidden />
            </Tool>
          )}
          <Tool label={t('review.batch')} keyName="G" run={tools.batch}>
            <LayoutGrid size={18} aria-hidden />
          </Tool>
          <Tool label={t('review.help')} keyName="?" run={tools.help}>
            <CircleHelp size={18} aria-hidden />
          </Tool>
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
          {stays ? <Viewers id={row.id} /> : null}
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
                  <button type="button" onClick={() => props.onShow(other.id)}>
                    <span className="visually-hidden">{other.number}</span>
                    {other.thumbnail_url === null ? <i /> : <img src={other.thumbnail_url} alt="" />}
                    <KindLabel kind={other.kind} />
                    <small>{format.time(other.occurred_at)}</small>
                  </button>
                </li>
              ))}
            </ol>
          </section>
        )}
        {stays ? (
          <div className={styles.more}>
            <CaseSurroundings row={row} nearby />
            {detail === undefined ? null : (
              <section aria-label={t('cases.history')}>
                <h2>{t('cases.history')}</h2>
                <CaseHistory history={detail.history} />
              </section>
            )}
          </div>
        ) : null}
      </div>
      <footer className={styles.decide}>
        {props.asking === 'dismiss' ? (
          <DismissForm onDismiss={props.onDismiss} onCancel={() => props.onAsk(null)} />
        ) : props.asking === 'merge' ? (
          <MergeForm id={row.id} onMerge={props.onMerge} onCancel={() => props.onAsk(null)} />
        ) : (
          <DecideButtons {...props} />
        )}
      </footer>
    </aside>
  )
}

interface ToolProps {
  label: string
  keyName: string
  pressed?: boolean
  run: () => void
  children: ReactNode
}

function Tool({ label, keyName, pressed, run, children }: ToolProps) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      title={`${label} (${keyName})`}
      aria-label={label}
      onClick={run}
    >
      {children}
    </button>
  )
}

function useStays(milliseconds: number): boolean {
  const [stays, setStays] = useState(false)
  useEffect(() => {
    const timer = window.setTimeout(() => setStays(true), milliseconds)
    return () => window.clearTimeout(timer)
  }, [milliseconds])
  return stays
}

function DecideButtons({ entry, detail, onConfirm, onAssign, onAsk, onMove }: Props) {
  const t = useMessages()
  const settled = entry.mark?.why === 'settled'
  const unit = detail?.suggested_unit?.name
  return (
    <div className={styles.buttons}>
      <button type="button" className={styles.confirm} disabled={settled} onClick={onConfirm}>
        <Check size={20} aria-hidden /> {t('review.confirm')} <kbd>C</kbd>
      </button>
      <button type="button" className={styles.dismiss} disabled={settled} onClick={() => onAsk('dismiss')}>
        <X size={20} aria-hidden /> {t('review.dismiss')} <kbd>D</kbd>
      </button>
      <button type="button" className={styles.other} disabled={settled} title={unit ?? ''} onClick={onAssign}>
        <Send size={16} aria-hidden /> {t('review.assign')} <kbd>A</kbd>
      </button>
      <button type="button" className={styles.other} disabled={settled} onClick={() => onAsk('merge')}>
        <Merge size={16} aria-hidden /> {t('review.merge')} <kbd>M</kbd>
      </button>
      <button type="button" className={styles.step} title={t('review.previous')} onClick={() => onMove(-1)}>
        <ChevronLeft size={18} aria-hidden /> <span>{t('review.previous')}</span> <kbd>K</kbd>
      </button>
      <button type="button" className={styles.step} title={t('review.next')} onClick={() => onMove(1)}>
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
