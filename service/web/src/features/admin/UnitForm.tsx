import { useQuery } from '@tanstack/react-query'
import { Input, Select, Switch } from 'antd'
import { useState, type SubmitEvent } from 'react'

import { calendarsQuery } from '@/api/standards'
import { useWords } from '@/api/catalogue'
import type { Unit, UnitKind } from '@/api/nouns'
import { useCreateUnit, useUpdateUnit } from '@/api/units'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { useFormFaults } from '@/shared/useFormFaults'
import { useToasts } from '@/shared/Toasts'

const FIELDS = ['code', 'name', 'kind', 'contact', 'calendar_id', 'is_default']

/** Add a unit, or change one. */
export function UnitForm({ unit, onDone }: { unit: Unit | null; onDone: () => void }) {
  const t = useMessages()
  const { word, list } = useWords()
  const toasts = useToasts()
  const create = useCreateUnit()
  const update = useUpdateUnit()
  const faults = useFormFaults(FIELDS)
  const { data: calendars = [] } = useQuery(calendarsQuery)
  const [code, setCode] = useState('')
  const [name, setName] = useState(unit?.name ?? '')
  const [kind, setKind] = useState<UnitKind>(unit?.kind ?? 'sanitation')
  const [contact, setContact] = useState(unit?.contact ?? '')
  const [calendar, setCalendar] = useState(unit?.calendar_id ?? 'office')
  const [isDefault, setDefault] = useState(unit?.is_default ?? false)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    const missing = unit === null && code.trim() === '' ? 'code' : name.trim() === '' ? 'name' : null
    if (missing !== null) {
      faults.setField(missing, t('common.required'))
      return
    }
    const after = {
      onSuccess() {
        toasts.show({ text: unit === null ? t('units.created') : t('common.saved'), tone: 'good' })
        onDone()
      },
      onError: faults.set,
    }
    const body = { name, kind, contact, calendar_id: calendar, is_default: isDefault }
    if (unit === null) create.mutate({ ...body, code: code.trim() }, after)
    else update.mutate({ id: unit.id, body }, after)
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {unit === null ? (
        <Field label={t('units.code')} hint={t('units.codeHint')} fault={faults.faults.code}>
          {(id) => <Input id={id} value={code} onChange={(event) => setCode(event.target.value)} />}
        </Field>
      ) : null}
      <Field label={t('units.name')} fault={faults.faults.name}>
        {(id) => <Input id={id} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label={t('units.kind')} fault={faults.faults.kind}>
        {(id) => (
          <Select
            id={id}
            value={kind}
            onChange={setKind}
            options={list('unit_kinds').map((one) => ({
              value: one.code as UnitKind,
              label: word('unit_kinds', one.code),
            }))}
          />
        )}
      </Field>
      <Field label={t('units.contact')} fault={faults.faults.contact} optional>
        {(id) => <Input id={id} value={contact} onChange={(event) => setContact(event.target.value)} />}
      </Field>
      <Field label={t('units.calendar')} fault={faults.faults.calendar_id}>
        {(id) => (
          <Select
            id={id}
            value={calendar}
            onChange={setCalendar}
            options={calendars.map((one) => ({ value: one.id, label: one.name }))}
          />
        )}
      </Field>
      <Field label={t('units.default')} hint={t('units.defaultHint')} fault={faults.faults.is_default}>
        {(id) => <Switch id={id} checked={isDefault} onChange={setDefault} style={{ width: 44 }} />}
      </Field>
      <FormEnd fault={faults.general} saving={create.isPending || update.isPending} onCancel={onDone} />
    </form>
  )
}
