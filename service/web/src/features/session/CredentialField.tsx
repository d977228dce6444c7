import { useId, type InputHTMLAttributes, type Ref } from 'react'

import field from '@/shared/TextField.module.css'

import styles from './SignIn.module.css'

interface Props {
  kind: keyof typeof KINDS
  label: string
  hint?: string
  value: string
  onChange: (value: string) => void
  /** Where a dialog puts the focus when it opens. */
  first?: boolean
  ref?: Ref<HTMLInputElement>
}

/** What browsers and password managers need to know of each. */
const KINDS = {
  username: { autoComplete: 'username', autoCapitalize: 'none', spellCheck: false },
  password: { autoComplete: 'current-password', type: 'password' },
  newPassword: { autoComplete: 'new-password', type: 'password' },
  code: { autoComplete: 'one-time-code', inputMode: 'numeric', maxLength: 32 },
} as const satisfies Record<string, InputHTMLAttributes<HTMLInputElement>>

/** A labelled field for something that shows who one is. The browser's own: it is on the first page. */
export function CredentialField({ kind, label, hint = '', value, onChange, first = false, ref }: Props) {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        {...KINDS[kind]}
        {...(first ? { 'data-focus': true } : {})}
        ref={ref}
        id={id}
        className={`${field.field ?? ''} ${styles.credential ?? ''}`}
        placeholder={hint}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </>
  )
}
