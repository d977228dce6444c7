import { Input, InputNumber, Switch } from 'antd'
import { useState, type SubmitEvent } from 'react'

import { useCreateCamera, useUpdateCamera } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { useToasts } from '@/shared/Toasts'
import { useFormFaults } from '@/shared/useFormFaults'

interface Props {
  camera: Camera | null
  onSaved: (camera: Camera) => void
  onCancel?: () => void
}

const FIELDS = ['id', 'name', 'source', 'longitude', 'latitude', 'enabled']
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/

/** Add a camera, or change one. */
export function CameraForm({ camera, onSaved, onCancel }: Props) {
  const t = useMessages()
  const toasts = useToasts()
  const create = useCreateCamera()
  const update = useUpdateCamera(camera?.id ?? '')
  const faults = useFormFaults(FIELDS)
  const [id, setId] = useState(camera?.id ?? '')
  const [name, setName] = useState(camera?.name ?? '')
  const [source, setSource] = useState(camera?.source ?? '')
  const [longitude, setLongitude] = useState<number | null>(camera?.longitude ?? null)
  const [latitude, setLatitude] = useState<number | null>(camera?.latitude ?? null)
  const [enabled, setEnabled] = useState(camera?.enabled ?? true)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (camera === null && !ID.test(id)) {
      faults.setField('id', t('cameras.idHint'))
      return
    }
    if (source.trim() === '') {
      faults.setField('source', t('common.required'))
      return
    }
    const after = {
      onSuccess(saved: Camera) {
        toasts.show({ text: camera === null ? t('cameras.created') : t('common.saved'), tone: 'good' })
        onSaved(saved)
      },
      onError: faults.set,
    }
    const body = { name: name.trim(), source: source.trim(), enabled, longitude, latitude }
    if (camera === null) create.mutate({ id, ...body }, after)
    else update.mutate(body, after)
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      {camera === null ? (
        <Field label={t('cameras.id')} hint={t('cameras.idHint')} fault={faults.faults.id}>
          {(field) => (
            <Input
              id={field}
              autoComplete="off"
              spellCheck={false}
              value={id}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field label={t('cameras.name')} hint={t('cameras.nameHint')} fault={faults.faults.name}>
        {(field) => (
          <Input id={field} maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <Field label={t('cameras.source')} hint={t('cameras.sourceHint')} fault={faults.faults.source}>
        {(field) => (
          <Input
            id={field}
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            value={source}
            onChange={(event) => setSource(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('cameras.longitude')} fault={faults.faults.longitude} optional>
        {(field) => (
          <InputNumber
            id={field}
            min={-180}
            max={180}
            value={longitude}
            onChange={setLongitude}
            style={{ width: '100%' }}
          />
        )}
      </Field>
      <Field label={t('cameras.latitude')} fault={faults.faults.latitude} optional>
        {(field) => (
          <InputNumber
            id={field}
            min={-90}
            max={90}
            value={latitude}
            onChange={setLatitude}
            style={{ width: '100%' }}
          />
        )}
      </Field>
      <Field label={t('cameras.enabled')}>
        {(field) => (
          <Switch id={field} checked={enabled} onChange={setEnabled} style={{ justifySelf: 'start' }} />
        )}
      </Field>
      <FormEnd fault={faults.general} saving={create.isPending || update.isPending} onCancel={onCancel} />
    </form>
  )
}
