import { Button } from 'antd'
import { Check, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'

import type { DismissalReason } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { KindLabel, SuspectedLabel } from '@/features/cases/CaseLabels'
import { DismissForm } from '@/features/cases/DismissForm'
import { useShortcuts } from '@/shared/useShortcuts'

import { NOTHING, stepped, stillThere, toggled } from './batchSelection'
import styles from './BatchGrid.module.css'
import type { Entry } from './reviewQueue'

interface Props {
  entries: readonly Entry[]
  onConfirm: (ids: readonly string[]) => void
  onDismiss: (ids: readonly string[], reason: DismissalReason, note: string) => void
  onOpen: (id: string) => void
  onLeave: () => void
}

/** Many cases are drawn only as far as anybody looks at once. */
const SHOWN = 120

/** Cases as a grid of pictures: choose some, decide on all of them. */
export default function BatchGrid({ entries, onConfirm, onDismiss, onOpen, onLeave }: Props) {
  const t = useMessages()
  const format = useFormat()
  const grid = useRef<HTMLDivElement>(null)
  const [selection, setSelection] = useState(NOTHING)
  const [dismissing, setDismissing] = useState(false)
  const shown = entries.slice(0, SHOWN)
  const ids = shown.map(({ row }) => row.id)
  const chosen = stillThere(selection, ids)
  const at = Math.min(selection.at, Math.max(0, ids.length - 1))

  const columns = () => {
    const template = grid.current === null ? '' : getComputedStyle(grid.current).gridTemplateColumns
    return Math.max(1, template.split(' ').length)
  }
  const walk = (by: number) => setSelection((now) => stepped(now, ids.length, by))
  const all = () => setSelection({ chosen: new Set(chosen.length === ids.length ? [] : ids), at })
  const confirm = () => {
    onConfirm(chosen)
    setSelection(NOTHING)
  }
  const dismiss = (reason: DismissalReason, note: string) => {
    onDismiss(chosen, reason, note)
    setDismissing(false)
    setSelection(NOTHING)
  }

  useEffect(() => {
    grid.current?.querySelectorAll<HTMLElement>('[data-tile]')[at]?.scrollIntoView({ block: 'nearest' })
  }, [at])
  useShortcuts(
    {
      c: chosen.length > 0 ? confirm : undefined,
      d: chosen.length > 0 ? () => setDismissing(true) : undefined,
      a: all,
      ' ': () => setSelection((now) => toggled({ ...now, at }, ids, at, false)),
      arrowleft: () => walk(-1),
      arrowright: () => walk(1),
      arrowup: () => walk(-columns()),
      arrowdown: () => walk(columns()),
      enter: () => {
        const id = ids[at]
        if (id !== undefined) onOpen(id)
      },
      g: onLeave,
      escape: onLeave,
    },
    !dismissing,
  )

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('review.batch')}</h1>
        <p className={styles.hint}>{t('review.batchHint')}</p>
        <Button onClick={onLeave}>{t('review.one')}</Button>
      </header>
      <div ref={grid} className={styles.grid} role="group" aria-label={t('review.batch')}>
        {shown.map(({ row }, index) => (
          <button
            key={row.id}
            type="button"
            data-tile
            data-at={index === at}
            className={styles.tile}
            aria-pressed={chosen.includes(row.id)}
            onClick={(event) => setSelection(toggled({ ...selection, at }, ids, index, event.shiftKey))}
            onDoubleClick={() => onOpen(row.id)}
          >
            {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" />}
            <span className="visually-hidden">{row.number}</span>
            <span className={styles.check}>
              <Check size={16} aria-hidden />
            </span>
            <span className={styles.caption}>
              <KindLabel kind={row.kind} count={row.count} />
              {row.suspected ? <SuspectedLabel /> : null}
              <small>
                {format.time(row.occurred_at)} · {format.percent(row.confidence)}
              </small>
            </span>
          </button>
        ))}
      </div>
      <footer className={styles.footer}>
        {dismissing ? (
          <DismissForm onDismiss={dismiss} onCancel={() => setDismissing(false)} />
        ) : (
          <>
            <strong role="status">{t('review.selected', { count: chosen.length })}</strong>
            <Button type="text" onClick={all}>
              {chosen.length === ids.length ? t('review.selectNone') : t('review.selectAll')}
            </Button>
            <Button
              danger
              size="large"
              icon={<X size={18} />}
              disabled={chosen.length === 0}
              onClick={() => setDismissing(true)}
            >
              {t('review.dismiss')}
            </Button>
            <Button
              type="primary"
              size="large"
              icon={<Check size={18} />}
              disabled={chosen.length === 0}
              onClick={confirm}
            >
              {t('review.confirm')}
            </Button>
          </>
        )}
      </footer>
    </div>
  )
}
