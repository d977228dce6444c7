import { Input, Switch } from 'antd'
import { useState, type SubmitEvent } from 'react'

import { useUpdateCamera } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { useToasts } from '@/shared/Toasts'
import { useFormFaults } from '@/shared/useFormFaults'

import { CoordinateField } from './CoordinateField'

const FIELDS = ['name', 'source', 'longitude', 'latitude', 'enabled']

/** Change a camera. */
export function CameraForm({ camera }: { camera: Camera }) {
  const t = useMessages()
  const toasts = useToasts()
  const update = useUpdateCamera(camera.id)
  const faults = useFormFaults(FIELDS)
  const [name, setName] = useState(camera.name)
  const [source, setSource] = useState(camera.source)
  const [longitude, setLongitude] = useState<number | null>(camera.longitude)
  const [latitude, setLatitude] = useState<number | null>(camera.latitude)
  const [enabled, setEnabled] = useState(camera.enabled)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (source.trim() === '') {
      faults.setField('source', t('common.required'))
      return
    }
    const body = { name: name.trim(), source: source.trim(), enabled, longitude, latitude }
    update.mutate(body, {
      onSuccess: () => toasts.show({ text: t('common.saved'), tone: 'good' }),
      onError: faults.set,
    })
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
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
      <CoordinateField
        name="longitude"
        value={longitude}
        fault={faults.faults.longitude}
        onChange={setLongitude}
      />
      <CoordinateField
        name="latitude"
        value={latitude}
        fault={faults.faults.latitude}
        onChange={setLatitude}
      />
      <Field label={t('cameras.enabled')}>
        {(field) => (
          <Switch id={field} checked={enabled} onChange={setEnabled} style={{ justifySelf: 'start' }} />
        )}
      </Field>
      <FormEnd fault={faults.general} saving={update.isPending} />
    </form>
  )
}
