import { Button } from 'antd'
import { useState, type SubmitEvent } from 'react'

import { Problem } from '@/api/problem'
import { useChangePassword } from '@/api/session'
import { useMessages } from '@/app/locale'
import { Dialog } from '@/shared/Dialog'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import { CredentialField } from './CredentialField'
import styles from './SignIn.module.css'

const SHORTEST = 10

/** Change one's own password. */
export function PasswordDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages()
  return (
    <Dialog open={open} title={t('header.password')} onClose={onClose}>
      <PasswordForm onDone={onClose} />
    </Dialog>
  )
}

function PasswordForm({ onDone }: { onDone: () => void }) {
  const t = useMessages()
  const toasts = useToasts()
  const change = useChangePassword()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [repeated, setRepeated] = useState('')
  const [fault, setFault] = useState<string | null>(null)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (next.length < SHORTEST) {
      setFault(t('session.passwordRule'))
      return
    }
    if (next !== repeated) {
      setFault(t('session.passwordDiffers'))
      return
    }
    setFault(null)
    change.mutate(
      { current, new: next },
      {
        onSuccess() {
          toasts.show({ text: t('session.passwordChanged'), tone: 'good' })
          onDone()
        },
        onError(error) {
          const wrong = error instanceof Problem && (error.status === 401 || error.status === 403)
          setFault(wrong ? t('session.passwordWrong') : problemDetail(t, error))
        },
      },
    )
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <CredentialField
        kind="password"
        label={t('session.currentPassword')}
        value={current}
        onChange={setCurrent}
        first
      />
      <CredentialField
        kind="newPassword"
        label={t('session.newPassword')}
        hint={t('session.passwordRule')}
        value={next}
        onChange={setNext}
      />
      <CredentialField
        kind="newPassword"
        label={t('session.repeatPassword')}
        value={repeated}
        onChange={setRepeated}
      />
      <p role="alert" className={styles.fault}>
        {fault}
      </p>
      <Button
        type="primary"
        htmlType="submit"
        loading={change.isPending}
        disabled={current === '' || next === ''}
      >
        {t('common.save')}
      </Button>
    </form>
  )
}
