import { X } from 'lucide-react'
import { useEffect, useId, useRef, type ReactNode } from 'react'

import { useMessages } from '@/app/locale'

import styles from './Dialog.module.css'

interface Props {
  open: boolean
  title: string
  /** Called when somebody wants out: Esc, the cross, a click beside it. Leave out where an answer is needed. */
  onClose?: (() => void) | undefined
  wide?: boolean
  children: ReactNode
}

/** A modal dialog: the browser's own, so that focus stays inside and comes back afterwards. */
export function Dialog({ open, title, onClose, wide = false, children }: Props) {
  const t = useMessages()
  const ref = useRef<HTMLDialogElement>(null)
  const heading = useId()

  useEffect(() => {
    const dialog = ref.current
    if (dialog === null) return
    if (open && !dialog.open) {
      dialog.showModal()
      dialog.querySelector<HTMLElement>('[data-focus]')?.focus()
    }
    if (!open && dialog.open) dialog.close()
  }, [open])

  return (
    // The browser handles Esc itself; the click is only the pointer's way to the same.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={ref}
      aria-labelledby={heading}
      className={wide ? `${styles.dialog} ${styles.wide}` : styles.dialog}
      onCancel={(event) => {
        event.preventDefault()
        onClose?.()
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose?.()
      }}
    >
      {open ? (
        <div className={styles.content}>
          <header className={styles.header}>
            <h2 id={heading}>{title}</h2>
            {onClose === undefined ? null : (
              <button type="button" className={styles.close} aria-label={t('common.close')} onClick={onClose}>
                <X size={18} aria-hidden />
              </button>
            )}
          </header>
          {children}
        </div>
      ) : null}
    </dialog>
  )
}
