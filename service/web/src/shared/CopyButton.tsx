import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'

import { useMessages } from '@/app/locale'

import styles from './CopyButton.module.css'

/** Copies a text and says so. Browsers allow it only over HTTPS or on this machine; elsewhere there is no button. */
export function CopyButton({ text, label }: { text: string; label?: string }) {
  const t = useMessages()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = window.setTimeout(() => setCopied(false), 1500)
    return () => window.clearTimeout(timer)
  }, [copied])

  if (!window.isSecureContext) return null
  const name = copied ? t('common.copied') : t('common.copy')
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={name}
      title={name}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setCopied(true))
      }}
    >
      {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      {label === undefined ? null : <span>{copied ? t('common.copied') : label}</span>}
    </button>
  )
}
