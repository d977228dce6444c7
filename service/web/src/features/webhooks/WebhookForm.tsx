import { Input, Select } from 'antd'
import { useState, type SubmitEvent } from 'react'

import type { Webhook, WebhookEvent } from '@/api/nouns'
import { useCreateWebhook, useUpdateWebhook } from '@/api/webhooks'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { useFormFaults } from '@/shared/useFormFaults'

interface Props {
  /** The one to change; none for a new one. */
  webhook: Webhook | null
  /** Called with the secret of a new one. */
  onDone: (secret: string | null) => void
  onCancel: () => void
}

const EVENTS: readonly WebhookEvent[] = [
  'case.created',
  'case.updated',
  'photo.updated',
  'camera.status',
  'camera.gap',
  'alert',
]

/** Make or change a webhook; a new one's secret goes to the caller and nowhere else. */
export function WebhookForm({ webhook, onDone, onCancel }: Props) {
  const t = useMessages()
  const create = useCreateWebhook()
  const update = useUpdateWebhook()
  const faults = useFormFaults(['name', 'url', 'events'])
  const [name, setName] = useState(webhook?.name ?? '')
  const [url, setUrl] = useState(webhook?.url ?? 'https://')
  const [events, setEvents] = useState<WebhookEvent[]>(webhook?.events ?? ['case.created', 'case.updated'])

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (name.trim() === '') {
      faults.setField('name', t('common.required'))
      return
    }
    if (events.length === 0) {
      faults.setField('events', t('common.required'))
      return
    }
    const body = { name: name.trim(), url: url.trim(), events }
    if (webhook === null) {
      create.mutate(body, { onSuccess: ({ secret }) => onDone(secret), onError: faults.set })
    } else {
      update.mutate({ id: webhook.id, change: body }, { onSuccess: () => onDone(null), onError: faults.set })
    }
  }

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label={t('keys.name')} fault={faults.faults.name}>
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
      <Field label={t('webhooks.url')} hint={t('webhooks.urlHint')} fault={faults.faults.url}>
        {(id) => (
          <Input
            id={id}
            type="url"
            autoComplete="off"
            maxLength={500}
            value={url}
            onChange={(event) => setUrl(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('webhooks.events')} fault={faults.faults.events}>
        {(id) => (
          <Select
            id={id}
            mode="multiple"
            value={events}
            onChange={setEvents}
            options={EVENTS.map((value) => ({ value, label: t(`webhooks.event.${value}`) }))}
          />
        )}
      </Field>
      <FormEnd
        fault={faults.general}
        saving={create.isPending || update.isPending}
        {...(webhook === null ? { label: t('webhooks.add') } : {})}
        onCancel={onCancel}
      />
    </form>
  )
}
