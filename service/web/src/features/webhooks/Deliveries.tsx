import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { useState } from 'react'

import type { DeliveryState, Webhook, WebhookDelivery } from '@/api/nouns'
import { deliveriesQuery, useSendAgain } from '@/api/webhooks'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import admin from '@/features/admin/AdminPage.module.css'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'

const STATES: readonly DeliveryState[] = ['waiting', 'sent', 'dead']

/** What was sent, waits or was given up, newest first. */
export function Deliveries({ webhooks, mayChange }: { webhooks: readonly Webhook[]; mayChange: boolean }) {
  const t = useMessages()
  const [webhook, setWebhook] = useState<string | null>(null)
  const [state, setState] = useState<DeliveryState | null>(null)
  const pages = useInfiniteQuery(deliveriesQuery(webhook, state))
  const deliveries = pages.data?.pages.flatMap((page) => page.items) ?? []
  const names = new Map(webhooks.map(({ id, name }) => [id, name]))
  return (
    <>
      <header className={styles.header} style={{ marginTop: 24 }}>
        <h2>{t('webhooks.deliveries')}</h2>
      </header>
      <div className={admin.filters}>
        <Select
          allowClear
          aria-label={t('webhooks.title')}
          placeholder={t('webhooks.title')}
          value={webhook}
          onChange={(value: string | undefined) => setWebhook(value ?? null)}
          options={webhooks.map(({ id, name }) => ({ value: id, label: name }))}
        />
        <Select
          allowClear
          aria-label={t('webhooks.state')}
          placeholder={t('webhooks.state')}
          value={state}
          onChange={(value: DeliveryState | undefined) => setState(value ?? null)}
          options={STATES.map((value) => ({ value, label: t(`webhooks.state.${value}`) }))}
        />
      </div>
      {pages.error === null ? null : <EmptyState title={problemText(t, pages.error)} />}
      {pages.isSuccess && deliveries.length === 0 ? (
        <EmptyState title={t('webhooks.noDeliveries')} />
      ) : (
        <ScrollRegion label={t('webhooks.deliveries')}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('webhooks.at')}</th>
                <th scope="col">{t('webhooks.title')}</th>
                <th scope="col">{t('webhooks.events')}</th>
                <th scope="col">{t('webhooks.state')}</th>
                <th scope="col">{t('webhooks.tries')}</th>
                <th scope="col" />
              </tr>
            </thead>
            <tbody>
              {deliveries.map((delivery) => (
                <Row
                  key={delivery.id}
                  delivery={delivery}
                  name={names.get(delivery.webhook_id) ?? ''}
                  mayChange={mayChange}
                />
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {pages.hasNextPage ? (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('common.more')}
        </Button>
      ) : null}
    </>
  )
}

interface RowProps {
  delivery: WebhookDelivery
  name: string
  mayChange: boolean
}

function Row({ delivery, name, mayChange }: RowProps) {
  const t = useMessages()
  const format = useFormat()
  const toasts = useToasts()
  const again = useSendAgain()
  const last = delivery.attempts.at(-1)
  return (
    <tr>
      <td>{format.exact(delivery.created_at)}</td>
      <td>{name}</td>
      <td>{delivery.event}</td>
      <td>
        <span className={`${styles.tag ?? ''} ${delivery.state === 'sent' ? (styles.good ?? '') : ''}`}>
          {t(`webhooks.state.${delivery.state}`)}
        </span>
        {delivery.error === '' ? null : <small>{delivery.error}</small>}
      </td>
      <td>
        {delivery.tries}
        {last === undefined ? null : (
          <small>
            {format.ago(last.at)} · {t('webhooks.took', { ms: last.milliseconds })}
          </small>
        )}
        {delivery.next_try_at === null ? null : (
          <small>{t('webhooks.next', { time: format.dateTime(delivery.next_try_at) })}</small>
        )}
      </td>
      <td>
        {delivery.state === 'waiting' || !mayChange ? null : (
          <Button
            type="text"
            loading={again.isPending}
            onClick={() =>
              again.mutate(delivery.id, {
                onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
              })
            }
          >
            {t('webhooks.again')}
          </Button>
        )}
      </td>
    </tr>
  )
}
