import { Button, Switch } from 'antd'

import type { Webhook } from '@/api/nouns'
import { useSendDeadAgain, useTestWebhook, useUpdateWebhook } from '@/api/webhooks'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { problemDetail } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'

interface Props {
  webhooks: readonly Webhook[]
  /** Left out where somebody may only look. */
  onEdit?: (webhook: Webhook) => void
  onRemove?: (webhook: Webhook) => void
}

/** All webhooks, with what waits and what was given up. */
export function WebhookTable({ webhooks, onEdit, onRemove }: Props) {
  const t = useMessages()
  return (
    <ScrollRegion label={t('webhooks.title')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('keys.name')}</th>
            <th scope="col">{t('webhooks.events')}</th>
            <th scope="col">{t('webhooks.state.waiting')}</th>
            <th scope="col">{t('webhooks.state.dead')}</th>
            <th scope="col">{t('webhooks.active')}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <Row key={webhook.id} webhook={webhook} {...(onEdit && onRemove ? { onEdit, onRemove } : {})} />
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}

function Row({ webhook, onEdit, onRemove }: Omit<Props, 'webhooks'> & { webhook: Webhook }) {
  const t = useMessages()
  const toasts = useToasts()
  const update = useUpdateWebhook()
  const test = useTestWebhook()
  const again = useSendDeadAgain()
  const onError = (error: unknown) => toasts.show({ text: problemDetail(t, error), tone: 'bad' })
  return (
    <tr data-off={!webhook.active}>
      <td>
        <strong>{webhook.name}</strong>
        <small>{webhook.url}</small>
      </td>
      <td>
        {webhook.events.map((event) => (
          <span key={event} className={styles.tag}>
            {t(`webhooks.event.${event}`)}
          </span>
        ))}
      </td>
      <td>{webhook.waiting}</td>
      <td>{webhook.dead}</td>
      <td>
        <Switch
          aria-label={t('webhooks.activeOf', { name: webhook.name })}
          checked={webhook.active}
          disabled={onEdit === undefined}
          loading={update.isPending}
          onChange={(active) => update.mutate({ id: webhook.id, change: { active } }, { onError })}
        />
      </td>
      <td>
        {onEdit === undefined || onRemove === undefined ? null : (
          <div className={styles.buttons}>
            <Button
              type="text"
              loading={test.isPending}
              onClick={() =>
                test.mutate(webhook.id, {
                  onError,
                  onSuccess: ({ state, error }) =>
                    toasts.show(
                      state === 'sent'
                        ? { text: t('webhooks.testGood'), tone: 'good' }
                        : { text: t('webhooks.testBad', { error }), tone: 'bad' },
                    ),
                })
              }
            >
              {t('webhooks.test')}
            </Button>
            {webhook.dead === 0 ? null : (
              <Button
                type="text"
                loading={again.isPending}
                onClick={() => again.mutate(webhook.id, { onError })}
              >
                {t('webhooks.allAgain')}
              </Button>
            )}
            <Button type="text" onClick={() => onEdit(webhook)}>
              {t('common.edit')}
            </Button>
            <Button type="text" danger onClick={() => onRemove(webhook)}>
              {t('webhooks.remove')}
            </Button>
          </div>
        )}
      </td>
    </tr>
  )
}
