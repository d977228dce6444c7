import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'

import type { Webhook } from '@/api/nouns'
import { useDeleteWebhook, webhooksQuery } from '@/api/webhooks'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import styles from '@/shared/DataTable.module.css'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { SecretDialog } from '@/shared/SecretDialog'
import { useToasts } from '@/shared/Toasts'

import { Deliveries } from './Deliveries'
import { WebhookForm } from './WebhookForm'
import { WebhookTable } from './WebhookTable'

/** Which other programs are told of what, and how that went. */
export default function WebhooksPage() {
  const t = useMessages()
  const toasts = useToasts()
  const { user } = useSession()
  const webhooks = useQuery(webhooksQuery)
  const remove = useDeleteWebhook()
  const [form, setForm] = useState<Webhook | 'new' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const [leaving, setLeaving] = useState<Webhook | null>(null)
  const mayChange = user.role === 'administrator'

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('webhooks.title')}</h1>
          <p>{t('webhooks.intro')}</p>
        </div>
        {mayChange ? (
          <Button type="primary" icon={<WebhookIcon size={16} />} onClick={() => setForm('new')}>
            {t('webhooks.add')}
          </Button>
        ) : null}
      </header>
      {webhooks.error === null ? null : <EmptyState title={problemText(t, webhooks.error)} />}
      {webhooks.data === undefined ? null : webhooks.data.length === 0 ? (
        <EmptyState title={t('webhooks.empty')} />
      ) : (
        <>
          <WebhookTable
            webhooks={webhooks.data}
            {...(mayChange ? { onEdit: setForm, onRemove: setLeaving } : {})}
          />
          <Deliveries webhooks={webhooks.data} mayChange={mayChange} />
        </>
      )}
      <Dialog
        open={form !== null}
        title={form === 'new' ? t('webhooks.add') : t('common.edit')}
        onClose={() => setForm(null)}
      >
        <WebhookForm
          webhook={form === 'new' ? null : form}
          onCancel={() => setForm(null)}
          onDone={(made) => {
            setForm(null)
            setSecret(made)
          }}
        />
      </Dialog>
      <SecretDialog secret={secret} hint={t('webhooks.secretHint')} onSaved={() => setSecret(null)} />
      <ConfirmDialog
        open={leaving !== null}
        title={t('webhooks.removeTitle', { name: leaving?.name ?? '' })}
        text={t('webhooks.removeHint')}
        action={t('webhooks.remove')}
        busy={remove.isPending}
        onCancel={() => setLeaving(null)}
        onConfirm={() => {
          if (leaving === null) return
          remove.mutate(leaving.id, {
            onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
            onSettled: () => setLeaving(null),
          })
        }}
      />
    </div>
  )
}
