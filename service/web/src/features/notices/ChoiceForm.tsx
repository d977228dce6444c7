import { Button, Checkbox, Select } from 'antd'
import { useState, type SubmitEvent } from 'react'

import type { NoticeChoice, NoticeSettings } from '@/api/nouns'
import { useReplaceNoticeSettings } from '@/api/notices'
import { useLocale } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import account from './AccountPage.module.css'
import { inLanguage } from './words'

const MAILS = ['off', 'now', 'digest'] as const
const DIGESTS = ['hourly', 'daily'] as const

/** Which notices come how. */
export function ChoiceForm({ settings }: { settings: NoticeSettings }) {
  const { t, locale } = useLocale()
  const toasts = useToasts()
  const save = useReplaceNoticeSettings()
  const [digest, setDigest] = useState(settings.digest)
  const [kinds, setKinds] = useState(settings.kinds)
  const changed = digest !== settings.digest || JSON.stringify(kinds) !== JSON.stringify(settings.kinds)

  const set = (kind: string, change: Partial<NoticeChoice>) =>
    setKinds(kinds.map((one) => (one.kind === kind ? { ...one, ...change } : one)))
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const chosen = Object.fromEntries(
      kinds.map(({ kind, console: shown, mail }) => [kind, { console: shown, mail }]),
    )
    save.mutate(
      { digest, kinds: chosen },
      {
        onSuccess: () => toasts.show({ text: t('common.saved'), tone: 'good' }),
        onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
      },
    )
  }

  return (
    <form className={`${account.card} ${styles.form}`} onSubmit={submit}>
      <h2>{t('notices.choices')}</h2>
      {kinds.map(({ kind, name, console: shown, mail }) => {
        const label = inLanguage(name, locale)
        return (
          <fieldset key={kind} className={account.choice}>
            <legend>{label}</legend>
            <Checkbox checked={shown} onChange={(event) => set(kind, { console: event.target.checked })}>
              {t('notices.console')}
            </Checkbox>
            <Select
              aria-label={t('notices.mailOf', { name: label })}
              value={mail}
              disabled={!settings.mail_possible}
              onChange={(value) => set(kind, { mail: value })}
              options={MAILS.map((value) => ({ value, label: t(`notices.mail.${value}`) }))}
            />
          </fieldset>
        )
      })}
      <Field label={t('notices.digest')} hint={t('notices.digestHint')}>
        {(id) => (
          <Select
            id={id}
            value={digest}
            disabled={!settings.mail_possible}
            onChange={setDigest}
            options={DIGESTS.map((value) => ({ value, label: t(`notices.digest.${value}`) }))}
          />
        )}
      </Field>
      <footer>
        <Button type="primary" htmlType="submit" disabled={!changed} loading={save.isPending}>
          {t('common.save')}
        </Button>
      </footer>
    </form>
  )
}
