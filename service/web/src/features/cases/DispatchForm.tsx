import { useQuery } from '@tanstack/react-query'
import { Segmented, Select } from 'antd'
import { useState } from 'react'

import type { CaseStep } from '@/api/cases'
import { useWords } from '@/api/catalogue'
import type { Case, Grade } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { useMessages } from '@/app/locale'

import { NoteForm } from './NoteForm'

interface Props {
  found: Case
  busy: boolean
  onCancel: () => void
  onSubmit: (step: CaseStep) => void
}

const BY_AREA = ''

/** To which unit a case is sent, and how urgent it is. */
export function DispatchForm({ found, busy, onCancel, onSubmit }: Props) {
  const t = useMessages()
  const { word, list } = useWords()
  const { data: units = [] } = useQuery(unitsQuery)
  const [unit, setUnit] = useState(BY_AREA)
  const [grade, setGrade] = useState<Grade>(found.grade)
  const suggested = found.suggested_unit
  const automatic = {
    value: BY_AREA,
    label: suggested === null ? t('cases.dispatchNone') : t('cases.dispatchAuto', { name: suggested.name }),
  }
  return (
    <NoteForm
      title={word('case_actions', 'dispatch')}
      needed={found.required.dispatch?.includes('note') ?? false}
      busy={busy}
      onCancel={onCancel}
      onSubmit={(note) =>
        onSubmit({ action: 'dispatch', unit: unit === BY_AREA ? undefined : unit, grade, note })
      }
    >
      <Select
        aria-label={t('cases.dispatchTo')}
        value={unit}
        onChange={setUnit}
        showSearch={{ optionFilterProp: 'label' }}
        options={[
          automatic,
          ...units.filter((one) => one.active).map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      <Segmented<Grade>
        aria-label={t('case.grade')}
        value={grade}
        onChange={setGrade}
        options={list('grades').map(({ code }) => ({ value: code as Grade, label: word('grades', code) }))}
      />
    </NoteForm>
  )
}
