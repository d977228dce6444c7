import { Button, Input } from 'antd'
import { useState, type ReactNode } from 'react'

import { useMessages } from '@/app/locale'

import styles from './CasePage.module.css'

interface Props {
  title: string
  /** What to keep in mind before answering, such as when a case may be closed. */
  hint?: string
  needed: boolean
  busy: boolean
  onCancel: () => void
  onSubmit: (note: string) => void
  /** Further fields, above the note. */
  children?: ReactNode
}

/** A step's note and the buttons below it; a step that needs a note does not go without one. */
export function NoteForm({ title, hint = '', needed, busy, onCancel, onSubmit, children }: Props) {
  const t = useMessages()
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (needed && note.trim() === '') setMissing(true)
        else onSubmit(note.trim())
      }}
    >
      <h2>{title}</h2>
      {hint === '' ? null : <p className={styles.hint}>{hint}</p>}
      {children}
      <Input.TextArea
        ref={takeFocus}
        aria-label={t('cases.note')}
        placeholder={t('cases.note')}
        autoSize={{ minRows: 2, maxRows: 6 }}
        maxLength={2000}
        value={note}
        {...(missing ? { status: 'error' as const } : {})}
        onChange={(event) => {
          setNote(event.target.value)
          setMissing(false)
        }}
      />
      {missing ? (
        <p role="alert" className={styles.fault}>
          {t('cases.noteNeeded')}
        </p>
      ) : null}
      <div className={styles.buttons}>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('cases.submit')}
        </Button>
      </div>
    </form>
  )
}

function takeFocus(field: { focus: () => void } | null) {
  field?.focus()
}
