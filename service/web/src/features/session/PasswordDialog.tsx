import { Button, Input } from 'antd'
import { useId, useState, type SubmitEvent } from 'react'

import { Problem } from '@/api/problem'
import { useChangePassword } from '@/api/session'
import { useMessages } from '@/app/locale'
import { Dialog } from '@/shared/Dialog'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

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
  const id = useId()
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
      <label htmlFor={`${id}-current`}>{t('session.currentPassword')}</label>
      <Input.Password
        id={`${id}-current`}
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <label htmlFor={`${id}-new`}>{t('session.newPassword')}</label>
      <Input.Password
        id={`${id}-new`}
        autoComplete="new-password"
        placeholder={t('session.passwordRule')}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      <label htmlFor={`${id}-repeat`}>{t('session.repeatPassword')}</label>
      <Input.Password
        id={`${id}-repeat`}
        autoComplete="new-password"
        value={repeated}
        onChange={(event) => setRepeated(event.target.value)}
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
