import { Button } from 'antd'
import { useEffect, useRef, useState, type SubmitEvent } from 'react'

import type { Session } from '@/api/nouns'
import { Problem } from '@/api/problem'
import { useSignIn } from '@/api/session'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import { CredentialField } from './CredentialField'
import styles from './SignIn.module.css'

interface Props {
  username?: string
  onSignedIn: (session: Session) => void
}

const DEFAULT_WAIT_S = 30

/** User name and password; a throttled attempt counts down until the next is allowed. */
export function SignInForm({ username: known = '', onSignedIn }: Props) {
  const t = useMessages()
  const signIn = useSignIn()
  const [username, setUsername] = useState(known)
  const [password, setPassword] = useState('')
  const focused = useRef<HTMLInputElement>(null)
  const [code, setCode] = useState('')
  /** The server asks for a code too: the person has a second factor. */
  const [asksCode, setAsksCode] = useState(false)
  const [missing, setMissing] = useState(false)
  const [wait, setWait] = useState(0)

  useEffect(() => focused.current?.focus(), [])

  useEffect(() => {
    if (wait <= 0) return
    const timer = window.setTimeout(() => setWait(wait - 1), 1000)
    return () => window.clearTimeout(timer)
  }, [wait])

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const incomplete = username.trim() === '' || password === '' || (asksCode && code.trim() === '')
    setMissing(incomplete)
    if (incomplete || wait > 0 || signIn.isPending) return
    signIn.mutate(
      { username: username.trim(), password, code: code.trim() === '' ? null : code.trim() },
      {
        onSuccess: onSignedIn,
        onError(error) {
          if (kindOf(error) === 'second-factor-needed') setAsksCode(true)
          if (error instanceof Problem && error.status === 429)
            setWait(Math.ceil(error.retryAfter ?? DEFAULT_WAIT_S))
        },
      },
    )
  }

  const fault = faultOf()
  function faultOf(): string | null {
    if (wait > 0) return t('session.throttled', { count: wait })
    if (missing) return asksCode ? t('session.codeMissing') : t('session.missing')
    const { error } = signIn
    if (error === null || (error instanceof Problem && error.status === 429)) return null
    const kind = kindOf(error)
    if (kind === 'second-factor-needed') return null
    if (kind === 'wrong-code') return t('session.codeWrong')
    return error instanceof Problem && error.status === 401 ? t('session.wrong') : problemText(t, error)
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <CredentialField
        kind="username"
        label={t('session.username')}
        value={username}
        onChange={setUsername}
        ref={known === '' ? focused : null}
      />
      <CredentialField
        kind="password"
        label={t('session.password')}
        value={password}
        onChange={setPassword}
        first
        ref={known === '' ? null : focused}
      />
      {asksCode ? (
        <CredentialField
          kind="code"
          label={t('session.code')}
          value={code}
          onChange={setCode}
          ref={takeFocus}
        />
      ) : null}
      <p role="alert" className={styles.fault}>
        {fault}
      </p>
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        block
        loading={signIn.isPending}
        disabled={wait > 0}
      >
        {signIn.isPending ? t('session.signingIn') : t('session.signIn')}
      </Button>
    </form>
  )
}

function takeFocus(field: HTMLInputElement | null) {
  field?.focus()
}

/** Which problem it is, by the last part of its type. */
function kindOf(error: unknown): string {
  const type = error instanceof Problem ? error.body.type : null
  return typeof type === 'string' ? (type.split(':').at(-1) ?? '') : ''
}
