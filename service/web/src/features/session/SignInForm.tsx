import { Button, Input, type InputRef } from 'antd'
import { useEffect, useId, useRef, useState, type SubmitEvent } from 'react'

import type { Session } from '@/api/nouns'
import { Problem } from '@/api/problem'
import { useSignIn } from '@/api/session'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import styles from './SignIn.module.css'

interface Props {
  username?: string
  onSignedIn: (session: Session) => void
}

const DEFAULT_WAIT_S = 30

/** User name and password; a throttled attempt counts down until the next is allowed. */
export function SignInForm({ username: known = '', onSignedIn }: Props) {
  const t = useMessages()
  const id = useId()
  const signIn = useSignIn()
  const [username, setUsername] = useState(known)
  const [password, setPassword] = useState('')
  const focused = useRef<InputRef>(null)
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
    const incomplete = username.trim() === '' || password === ''
    setMissing(incomplete)
    if (incomplete || wait > 0 || signIn.isPending) return
    signIn.mutate(
      { username: username.trim(), password },
      {
        onSuccess: onSignedIn,
        onError(error) {
          if (error instanceof Problem && error.status === 429)
            setWait(Math.ceil(error.retryAfter ?? DEFAULT_WAIT_S))
        },
      },
    )
  }

  const fault = faultOf()
  function faultOf(): string | null {
    if (wait > 0) return t('session.throttled', { count: wait })
    if (missing) return t('session.missing')
    const { error } = signIn
    if (error === null || (error instanceof Problem && error.status === 429)) return null
    return error instanceof Problem && error.status === 401 ? t('session.wrong') : problemText(t, error)
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <label htmlFor={`${id}-name`}>{t('session.username')}</label>
      <Input
        id={`${id}-name`}
        size="large"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        ref={known === '' ? focused : null}
        value={username}
        onChange={(event) => setUsername(event.target.value)}
      />
      <label htmlFor={`${id}-password`}>{t('session.password')}</label>
      <Input
        id={`${id}-password`}
        type="password"
        size="large"
        autoComplete="current-password"
        ref={known === '' ? null : focused}
        data-focus
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
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
