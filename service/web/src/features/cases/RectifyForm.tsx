import { Select } from 'antd'
import { useState } from 'react'

import type { CaseStep } from '@/api/cases'
import { useWords } from '@/api/catalogue'
import type { Case, Outcome } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import styles from './CasePage.module.css'
import { NoteForm } from './NoteForm'

interface Props {
  found: Case
  busy: boolean
  onCancel: () => void
  onSubmit: (step: CaseStep) => void
}

/** Say that a case was put right: a photo shows it, or for a person's offence an outcome says it. */
export function RectifyForm({ found, busy, onCancel, onSubmit }: Props) {
  const t = useMessages()
  const { word, list } = useWords()
  const [outcome, setOutcome] = useState<Outcome | undefined>()
  const aboutPerson = list('kinds').find((kind) => kind.code === found.kind)?.about_person ?? false
  const photographed = found.evidence.some((file) => file.role === 'after')
  return (
    <NoteForm
      title={word('case_actions', 'rectify')}
      hint={found.conditions.closing}
      needed={false}
      busy={busy}
      onCancel={onCancel}
      onSubmit={(note) => onSubmit({ action: 'rectify', outcome, note })}
    >
      {aboutPerson ? (
        <Select<Outcome>
          allowClear
          aria-label={t('cases.outcome')}
          placeholder={photographed ? t('cases.outcomeHint') : t('cases.outcome')}
          {...(outcome === undefined ? {} : { value: outcome })}
          onChange={setOutcome}
          options={list('outcomes').map(({ code }) => ({
            value: code as Outcome,
            label: word('outcomes', code),
          }))}
        />
      ) : photographed ? null : (
        <p className={styles.fault}>{t('cases.afterPhotoNeeded')}</p>
      )}
    </NoteForm>
  )
}
