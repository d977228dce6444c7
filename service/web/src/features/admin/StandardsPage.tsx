import { useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'

import { useWords } from '@/api/catalogue'
import type { Standard } from '@/api/nouns'
import { standardsQuery, useReplaceStandard } from '@/api/standards'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { Field } from '@/shared/Field'
import { problemText } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'
import { useFormFaults } from '@/shared/useFormFaults'

import admin from './AdminPage.module.css'

/** When cases of each kind are filed and closed, and how long units have. */
export default function StandardsPage() {
  const t = useMessages()
  const standards = useQuery(standardsQuery)
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('standards.title')}</h1>
          <p>{t('standards.hint')}</p>
        </div>
      </header>
      {standards.error === null ? null : <EmptyState title={problemText(t, standards.error)} />}
      <div className={admin.cards}>
        {standards.data?.map((standard) => (
          <StandardCard key={standard.kind} standard={standard} />
        ))}
      </div>
    </div>
  )
}

type Grade = keyof Standard['limits']

function StandardCard({ standard }: { standard: Standard }) {
  const t = useMessages()
  const { word } = useWords()
  const { user } = useSession()
  const toasts = useToasts()
  const save = useReplaceStandard()
  const faults = useFormFaults(['filing', 'closing'])
  const [draft, setDraft] = useState(standard)
  const locked = user.role !== 'administrator'
  const changed = JSON.stringify(draft) !== JSON.stringify(standard)

  const setLimit = (grade: Grade, change: Partial<Standard['limits'][Grade]>) =>
    setDraft({ ...draft, limits: { ...draft.limits, [grade]: { ...draft.limits[grade], ...change } } })
  const submit = () => {
    faults.clear()
    save.mutate(draft, {
      onSuccess: () => toasts.show({ text: t('common.saved'), tone: 'good' }),
      onError: faults.set,
    })
  }

  return (
    <section className={admin.card}>
      <h2>{word('kinds', standard.kind)}</h2>
      <div className={styles.form}>
        <Field label={t('case.filing')} fault={faults.faults.filing}>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize
              maxLength={500}
              disabled={locked}
              value={draft.filing}
              onChange={(event) => setDraft({ ...draft, filing: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('case.closing')} fault={faults.faults.closing}>
          {(id) => (
            <Input.TextArea
              id={id}
              autoSize
              maxLength={500}
              disabled={locked}
              value={draft.closing}
              onChange={(event) => setDraft({ ...draft, closing: event.target.value })}
            />
          )}
        </Field>
        {(['ordinary', 'urgent'] as const).map((grade) => (
          <Field key={grade} label={t(`standards.${grade}`)}>
            {(id) => (
              <span className={admin.pair}>
                <InputNumber
                  id={id}
                  min={0.25}
                  max={500}
                  style={{ width: '100%' }}
                  disabled={locked}
                  value={draft.limits[grade].amount}
                  onChange={(amount) => setLimit(grade, { amount: amount ?? draft.limits[grade].amount })}
                />
                <Select
                  aria-label={t(`standards.${grade}`)}
                  disabled={locked}
                  value={draft.limits[grade].unit}
                  onChange={(unit) => setLimit(grade, { unit })}
                  options={(['hours', 'days'] as const).map((unit) => ({
                    value: unit,
                    label: t(`standards.${unit}`),
                  }))}
                />
              </span>
            )}
          </Field>
        ))}
        {faults.general === null ? null : (
          <p role="alert" className={styles.fault}>
            {faults.general}
          </p>
        )}
        {locked ? null : (
          <footer>
            <Button disabled={!changed} onClick={() => setDraft(standard)}>
              {t('common.discard')}
            </Button>
            <Button type="primary" disabled={!changed} loading={save.isPending} onClick={submit}>
              {t('common.save')}
            </Button>
          </footer>
        )}
      </div>
    </section>
  )
}
