import { Button, Input } from 'antd'
import { useState, type SubmitEvent } from 'react'

import type { NoticeSettings } from '@/api/nouns'
import { useBeginEmail, useConfirmEmail, useRemoveEmail } from '@/api/notices'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { problemDetail } from '@/shared/problemText'
import { useFormFaults } from '@/shared/useFormFaults'
import { useToasts } from '@/shared/Toasts'

import account from './AccountPage.module.css'

/** Where mails go. An address is used once the code that was mailed to it was told. */
export function EmailForm({ settings }: { settings: NoticeSettings }) {
  const t = useMessages()
  const toasts = useToasts()
  const begin = useBeginEmail()
  const confirm = useConfirmEmail()
  const remove = useRemoveEmail()
  const faults = useFormFaults(['email', 'code'])
  const [email, setEmail] = useState('')
  const [code, setCode] = useState('')
  const waiting = settings.pending_email

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (waiting === null) {
      begin.mutate(email.trim(), { onError: faults.set })
      return
    }
    confirm.mutate(code.trim(), {
      onError: faults.set,
      onSuccess() {
        setCode('')
        setEmail('')
        toasts.show({ text: t('notices.emailConfirmed'), tone: 'good' })
      },
    })
  }

  return (
    <form className={`${account.card} ${styles.form}`} onSubmit={submit} noValidate>
      <h2>{t('notices.email')}</h2>
      {settings.mail_possible ? null : <p>{t('notices.noMail')}</p>}
      {settings.email === null ? null : (
        <p className={account.row}>
          <span>{settings.email}</span>
          <Button
            danger
            loading={remove.isPending}
            onClick={() =>
              remove.mutate(undefined, {
                onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
              })
            }
          >
            {t('notices.emailRemove')}
          </Button>
        </p>
      )}
      {!settings.mail_possible ? null : waiting === null ? (
        <Field label={t('notices.emailNew')} fault={faults.faults.email}>
          {(id) => (
            <Input
              id={id}
              type="email"
              autoComplete="email"
              maxLength={254}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
      ) : (
        <Field label={t('notices.code', { email: waiting })} fault={faults.faults.code}>
          {(id) => (
            <Input
              id={id}
              inputMode="numeric"
              autoComplete="one-time-code"
              maxLength={6}
              value={code}
              onChange={(event) => setCode(event.target.value)}
            />
          )}
        </Field>
      )}
      {faults.general === null ? null : (
        <p role="alert" className={styles.fault}>
          {faults.general}
        </p>
      )}
      {settings.mail_possible ? (
        <footer>
          <Button
            htmlType="submit"
            loading={begin.isPending || confirm.isPending}
            disabled={waiting === null ? email.trim() === '' : code.trim() === ''}
          >
            {waiting === null ? t('notices.sendCode') : t('notices.confirm')}
          </Button>
        </footer>
      ) : null}
    </form>
  )
}
