import { CircleAlert, CircleCheck, Info, X } from 'lucide-react'
import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'

import { useMessages } from '@/app/locale'

import styles from './Toasts.module.css'

export interface Toast {
  text: string
  tone: 'good' | 'info' | 'bad'
  action?: { label: string; run: () => void }
  /** A toast with the same key replaces the one before. */
  key?: string
  /** How long it stays; bad news stays longer unless this says otherwise. */
  milliseconds?: number
}

interface Shown extends Toast {
  id: number
}

export interface Toasts {
  show: (toast: Toast) => void
  dismiss: (key: string) => void
}

const ToastContext = createContext<Toasts | null>(null)
const STAYS_MS = { good: 4_000, info: 5_000, bad: 15_000 }
const MOST = 4
const ICON = { good: CircleCheck, info: Info, bad: CircleAlert }

/** Short messages at the page's edge, read out by screen readers. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const t = useMessages()
  const [toasts, setToasts] = useState<readonly Shown[]>([])
  const next = useRef(0)

  const remove = useCallback((id: number) => setToasts((now) => now.filter((toast) => toast.id !== id)), [])
  const value = useMemo<Toasts>(
    () => ({
      show(toast) {
        const id = ++next.current
        setToasts((now) => [
          ...now.filter((other) => toast.key === undefined || other.key !== toast.key).slice(1 - MOST),
          { ...toast, id },
        ])
      },
      dismiss: (key) => setToasts((now) => now.filter((toast) => toast.key !== key)),
    }),
    [],
  )

  return (
    <ToastContext value={value}>
      {children}
      <div className={styles.stack} role="status" aria-live="polite">
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} close={t('common.close')} onDone={remove} />
        ))}
      </div>
    </ToastContext>
  )
}

function ToastCard({ toast, close, onDone }: { toast: Shown; close: string; onDone: (id: number) => void }) {
  const { id, tone, milliseconds } = toast
  const stays = milliseconds ?? STAYS_MS[tone]
  useEffect(() => {
    const timer = window.setTimeout(() => onDone(id), stays)
    return () => window.clearTimeout(timer)
  }, [id, stays, onDone])

  const Icon = ICON[tone]
  return (
    <div className={`${styles.toast ?? ''} ${styles[tone] ?? ''}`}>
      <Icon size={18} aria-hidden />
      <span>{toast.text}</span>
      {toast.action === undefined ? null : (
        <button
          type="button"
          className={styles.action}
          onClick={() => {
            toast.action?.run()
            onDone(id)
          }}
        >
          {toast.action.label}
        </button>
      )}
      <button type="button" className={styles.close} aria-label={close} onClick={() => onDone(id)}>
        <X size={16} aria-hidden />
      </button>
    </div>
  )
}

export function useToasts(): Toasts {
  const value = use(ToastContext)
  if (value === null) throw new Error('useToasts needs a ToastProvider above it')
  return value
}
