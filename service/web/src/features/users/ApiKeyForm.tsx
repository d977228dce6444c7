import { useQuery } from '@tanstack/react-query'
import { Input, Select } from 'antd'
import { useState, type SubmitEvent } from 'react'

import { useCreateApiKey } from '@/api/apiKeys'
import { camerasQuery } from '@/api/cameras'
import type { Scope } from '@/api/nouns'
import { startOfDay } from '@/app/format'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { useFormFaults } from '@/shared/useFormFaults'

interface Props {
  onCreated: (secret: string) => void
  onCancel: () => void
}

const SCOPES: readonly Scope[] = [
  'frames:write',
  'violations:write',
  'photos:write',
  'signals:write',
  'engine',
]
const FIELDS = ['name', 'scopes', 'camera_id', 'expires_at']

/** Make a key; its secret goes to the caller and nowhere else. */
export function ApiKeyForm({ onCreated, onCancel }: Props) {
  const t = useMessages()
  const { data: cameras = [] } = useQuery(camerasQuery)
  const create = useCreateApiKey()
  const faults = useFormFaults(FIELDS)
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<Scope[]>(['frames:write'])
  const [camera, setCamera] = useState<string | null>(null)
  const [until, setUntil] = useState('')

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (name.trim() === '') {
      faults.setField('name', t('common.required'))
      return
    }
    if (scopes.length === 0) {
      faults.setField('scopes', t('common.required'))
      return
    }
    if (scopes.includes('frames:write') && camera === null) {
      faults.setField('camera_id', t('common.required'))
      return
    }
    create.mutate(
      {
        name: name.trim(),
        scopes,
        camera_id: camera,
        expires_at: until === '' ? null : startOfDay(until, 1),
      },
      { onSuccess: (created) => onCreated(created.key), onError: faults.set },
    )
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label={t('keys.name')} hint={t('keys.nameHint')} fault={faults.faults.name}>
        {(id) => (
          <Input
            id={id}
            autoComplete="off"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('keys.scopes')} fault={faults.faults.scopes}>
        {(id) => (
          <Select
            id={id}
            mode="multiple"
            value={scopes}
            onChange={setScopes}
            options={SCOPES.map((value) => ({ value, label: t(`keys.scope.${value}`) }))}
          />
        )}
      </Field>
      <Field
        label={t('keys.camera')}
        fault={faults.faults.camera_id}
        optional={!scopes.includes('frames:write')}
      >
        {(id) => (
          <Select
            id={id}
            allowClear
            placeholder={t('keys.cameraAny')}
            value={camera}
            onChange={(value: string | undefined) => setCamera(value ?? null)}
            options={cameras.map(({ id: value, name: label }) => ({
              value,
              label: label === '' ? value : label,
            }))}
          />
        )}
      </Field>
      <Field label={t('keys.expires')} fault={faults.faults.expires_at} optional>
        {(id) => (
          <Input id={id} type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
        )}
      </Field>
      <FormEnd fault={faults.general} saving={create.isPending} label={t('keys.add')} onCancel={onCancel} />
    </form>
  )
}
