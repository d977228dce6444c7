import { useId, type ReactNode } from 'react'

import { useMessages } from '@/app/locale'

import styles from './DataTable.module.css'

interface Props {
  label: string
  hint?: string
  fault?: string | undefined
  optional?: boolean
  children: (id: string) => ReactNode
}

/** A labelled field of a form, with what it means and what is wrong with it. */
export function Field({ label, hint = '', fault, optional = false, children }: Props) {
  const t = useMessages()
  const id = useId()
  return (
    <>
      <label htmlFor={id}>
        {label} {optional ? <small>({t('common.optional')})</small> : null}
      </label>
      {children(id)}
      {hint === '' ? null : <small>{hint}</small>}
      {fault === undefined ? null : (
        <span className={styles.fault} role="alert">
          {fault}
        </span>
      )}
    </>
  )
}

/** The server's faults by field; the first of each. */
export function faultsByField(
  faults: readonly { field: string; message: string }[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const { field, message } of faults) found[field] ??= message
  return found
}
