import type { ReactNode } from 'react'

import styles from './EmptyState.module.css'

interface Props {
  title: string
  hint?: string
  icon?: ReactNode
  action?: ReactNode
  children?: ReactNode
}

/** What a page says when it has nothing to show. */
export function EmptyState({ title, hint = '', icon, action, children }: Props) {
  return (
    <div className={styles.empty}>
      {icon}
      <h2>{title}</h2>
      {hint === '' ? null : <p>{hint}</p>}
      {children}
      {action}
    </div>
  )
}
