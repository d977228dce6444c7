import { useEffect, useId, useRef, useState, type ReactNode } from 'react'

import styles from './Popover.module.css'

interface Props {
  label: string
  button: ReactNode
  className?: string | undefined
  /** The panel; `close` closes it, for entries that lead elsewhere. */
  children: (close: () => void) => ReactNode
}

/** A button that opens a small panel below it; Esc and a click elsewhere close it. */
export function Popover({ label, button, className, children }: Props) {
  const [open, setOpen] = useState(false)
  const ref = useRef<HTMLDivElement>(null)
  const id = useId()

  useEffect(() => {
    if (!open) return
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && ref.current?.contains(event.target) !== true) setOpen(false)
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      setOpen(false)
      ref.current?.querySelector('button')?.focus()
    }
    document.addEventListener('pointerdown', onPointer)
    document.addEventListener('keydown', onKey)
    return () => {
      document.removeEventListener('pointerdown', onPointer)
      document.removeEventListener('keydown', onKey)
    }
  }, [open])

  return (
    <div className={styles.anchor} ref={ref}>
      <button
        type="button"
        className={className}
        // The name where the button shows no text, as on a phone; else its text is its name.
        title={label}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open ? (
        <div id={id} role="group" aria-label={label} className={styles.panel}>
          {children(() => setOpen(false))}
        </div>
      ) : null}
    </div>
  )
}
