import { Button } from 'antd'
import { useState } from 'react'

import { useBeginSecondFactor, useConfirmSecondFactor, useRemoveSecondFactor } from '@/api/session'
import { useMessages } from '@/app/locale'
import { CopyButton } from '@/shared/CopyButton'
import { Dialog } from '@/shared/Dialog'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import { CredentialField } from './CredentialField'
import { useSession } from './session'
import styles from './SignIn.module.css'

/** Add a code of an authenticator app to one's own sign-in, or take it away. */
export function SecondFactorDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages()
  return (
    <Dialog open={open} title={t('session.secondFactor')} onClose={onClose}>
      <SecondFactorForm onDone={onClose} />
    </Dialog>
  )
}

function SecondFactorForm({ onDone }: { onDone: () => void }) {
  const t = useMessages()
  const toasts = useToasts()
  const { second_factor: hasOne, second_factor_missing: missing } = useSession()
  const begin = useBeginSecondFactor()
  const confirm = useConfirmSecondFactor()
  const remove = useRemoveSecondFactor()
  const [had] = useState(hasOne)
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const secret = begin.data?.secret
  const codes = confirm.data?.codes
  const error = begin.error ?? confirm.error ?? remove.error

  if (codes !== undefined) {
    return (
      <div className={styles.form}>
        <p>{t('session.recoveryHint')}</p>
        <pre>{codes.join('\n')}</pre>
        <CopyButton text={codes.join('\n')} />
        <Button type="primary" size="large" onClick={onDone}>
          {t('keys.secretSaved')}
        </Button>
      </div>
    )
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (secret !== undefined) confirm.mutate(code.trim())
        else if (had) {
          remove.mutate(password, {
            onSuccess() {
              toasts.show({ text: t('session.secondFactorRemoved'), tone: 'good' })
              onDone()
            },
          })
        } else begin.mutate(password)
      }}
    >
      {secret === undefined ? (
        <>
          {missing ? <p>{t('session.secondFactorMissing')}</p> : null}
          <p>{had ? t('session.secondFactorOn') : t('session.secondFactorHint')}</p>
          <CredentialField
            kind="password"
            label={t('session.password')}
            value={password}
            onChange={setPassword}
            first
          />
        </>
      ) : (
        <>
          <p>{t('session.secretHint')}</p>
          <p>
            <code>{secret}</code> <CopyButton text={secret} />
          </p>
          <p>
            <a href={begin.data?.uri}>{t('session.openApp')}</a>
          </p>
          <CredentialField kind="code" label={t('session.code')} value={code} onChange={setCode} />
        </>
      )}
      <p role="alert" className={styles.fault}>
        {error === null ? null : problemDetail(t, error)}
      </p>
      <Button
        type="primary"
        size="large"
        htmlType="submit"
        danger={had}
        loading={begin.isPending || confirm.isPending || remove.isPending}
        disabled={secret === undefined ? password === '' : code.trim().length < 6}
      >
        {had ? t('session.secondFactorRemove') : t('session.next')}
      </Button>
    </form>
  )
}
