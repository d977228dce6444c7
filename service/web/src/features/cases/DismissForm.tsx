import { Button } from 'antd'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'

import { useWords } from '@/api/catalogue'
import type { DismissalReason } from '@/api/nouns'
import { useLocale } from '@/app/locale'
import text from '@/shared/TextField.module.css'

import styles from './DismissForm.module.css'

interface Props {
  onDismiss: (reason: DismissalReason, note: string) => void
  onCancel: () => void
}

/**
 * Why a case is dismissed. A digit decides at once, arrows and Enter too; a reason that needs a note asks for it first.
 */
export function DismissForm({ onDismiss, onCancel }: Props) {
  const { t, locale } = useLocale()
  const { list } = useWords()
  const reasons = list('dismissal_reasons')
  const [at, setAt] = useState(0)
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  const group = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLTextAreaElement>(null)

  useEffect(() => group.current?.focus(), [])

  const decide = (index: number) => {
    const reason = reasons[index]
    if (reason === undefined) return
    setAt(index)
    if (reason.needs_note && note.trim() === '') {
      setMissing(true)
      field.current?.focus()
      return
    }
    // The catalogue's codes are the API's reasons: both come from the same list on the server.
    onDismiss(reason.code as DismissalReason, note.trim())
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    const inNote = event.target instanceof HTMLTextAreaElement
    if (event.key === 'Escape') onCancel()
    else if (event.key === 'Enter' && !event.shiftKey && !(event.target instanceof HTMLButtonElement))
      decide(at)
    else if (inNote) return
    else if (/^[1-9]$/.test(event.key)) decide(Number(event.key) - 1)
    else if (event.key === 'ArrowDown') setAt((at + 1) % reasons.length)
    else if (event.key === 'ArrowUp') setAt((at + reasons.length - 1) % reasons.length)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    // Keys work for the whole group, whichever of its parts has the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={group}
      className={styles.form}
      role="group"
      aria-label={t('review.reasonTitle')}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <h2>{t('review.reasonTitle')}</h2>
      <p className={styles.hint}>{t('review.reasonHint')}</p>
      <ol>
        {reasons.map((reason, index) => (
          <li key={reason.code}>
            <button
              type="button"
              data-marked={index === at}
              onClick={() => decide(index)}
              onFocus={() => setAt(index)}
            >
              <kbd>{index + 1}</kbd>
              {locale === 'zh-CN' ? reason.chinese : reason.english}
            </button>
          </li>
        ))}
      </ol>
      <textarea
        ref={field}
        className={text.field}
        rows={1}
        aria-label={t('review.reasonNote')}
        aria-invalid={missing}
        placeholder={t('review.reasonNote')}
        maxLength={2000}
        value={note}
        onChange={(event) => {
          setNote(event.target.value)
          setMissing(false)
        }}
      />
      <p role="alert" className={styles.fault}>
        {missing ? t('review.reasonNoteNeeded') : null}
      </p>
      <div className={styles.buttons}>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button type="primary" danger onClick={() => decide(at)}>
          {t('review.dismiss')}
        </Button>
      </div>
    </div>
  )
}
