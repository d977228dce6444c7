import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'

import { modelsQuery, useChooseModel } from '@/api/models'
import { Problem } from '@/api/problem'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import styles from '@/shared/DataTable.module.css'
import { problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'
import { isMessageKey, type MessageKey } from '@/messages'

import admin from './AdminPage.module.css'

type ObjectKey = Extract<MessageKey, `object.${string}`>

function isObject(key: string): key is ObjectKey {
  return isMessageKey(key)
}

/** The registered models: what was measured of each class, and the choice of another one. */
export function RegisteredModels({ inUse }: { inUse: string | null }) {
  const t = useMessages()
  const format = useFormat()
  const toasts = useToasts()
  const { user } = useSession()
  const { data, error } = useQuery(modelsQuery)
  const choose = useChooseModel()
  const [asking, setAsking] = useState<string | null>(null)
  const why = (fault: Error) =>
    fault instanceof Problem && fault.status === 503
      ? t('rehearsal.noEngine')
      : fault instanceof Problem && fault.detail !== ''
        ? fault.detail
        : problemText(t, fault)

  if (error !== null) return <p role="alert">{why(error)}</p>
  if (data === undefined) return <p className={admin.muted}>{t('app.loading')}</p>
  const share = (value: number | null) => (value === null ? '–' : format.percent(value))
  return (
    <>
      {data.pinned === null ? null : (
        <p className={admin.muted}>{t('models.pinned', { name: data.pinned })}</p>
      )}
      {choose.error === null ? null : (
        <p role="alert" className={styles.fault}>
          {t('models.refused', { why: why(choose.error) })}
        </p>
      )}
      {data.models.map((model) => (
        <section key={model.name} className={admin.card} aria-label={model.name}>
          <header className={admin.model}>
            <div>
              <h2>
                {model.name}{' '}
                {model.name === inUse ? (
                  <span className={`${styles.tag ?? ''} ${styles.good ?? ''}`}>{t('models.using')}</span>
                ) : model.name === data.default ? (
                  <span className={styles.tag}>{t('models.chosen')}</span>
                ) : null}
              </h2>
              <p className={admin.muted}>
                {[
                  model.created,
                  `${model.input_size} px`,
                  model.photos === null ? '' : t('models.photos', { count: model.photos }),
                  model.licence,
                ]
                  .filter(Boolean)
                  .join(' · ')}{' '}
                · <code>{model.sha256.slice(0, 12)}</code>
              </p>
            </div>
            {user.role === 'administrator' && model.name !== data.default && data.pinned === null ? (
              <Button
                disabled={model.fault !== ''}
                loading={choose.isPending && choose.variables === model.name}
                onClick={() => setAsking(model.name)}
              >
                {t('models.use')}
              </Button>
            ) : null}
          </header>
          {model.fault === '' ? null : (
            <p role="alert" className={styles.fault}>
              {model.fault}
            </p>
          )}
          <ScrollRegion label={t('models.figures', { name: model.name })}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t('boxes.class')}</th>
                  <th scope="col">AP50</th>
                  <th scope="col">AP50-95</th>
                  <th scope="col">{t('models.precision')}</th>
                  <th scope="col">{t('models.recall')}</th>
                  <th scope="col">{t('models.labels')}</th>
                  <th scope="col">{t('models.threshold')}</th>
                </tr>
              </thead>
              <tbody>
                {model.classes.map((row) => {
                  const key = `object.${row.code}`
                  return (
                    <tr key={row.code}>
                      <td>{isObject(key) ? t(key) : row.code}</td>
                      <td>
                        <span className={admin.bar}>
                          <meter min={0} max={1} value={row.ap50 ?? 0} aria-hidden />
                          {share(row.ap50)}
                        </span>
                      </td>
                      <td>{share(row.ap50_95)}</td>
                      <td>{share(row.precision)}</td>
                      <td>{share(row.recall)}</td>
                      <td>{row.labels === null ? '–' : format.number(row.labels)}</td>
                      <td>{row.threshold === null ? '–' : format.number(row.threshold, 2)}</td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          </ScrollRegion>
        </section>
      ))}
      <ConfirmDialog
        open={asking !== null}
        title={t('models.useTitle', { name: asking ?? '' })}
        text={t('models.useHint')}
        action={t('models.use')}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          if (asking === null) return
          setAsking(null)
          choose.mutate(asking, {
            onSuccess: () => toasts.show({ text: t('models.swapped', { name: asking }), tone: 'good' }),
          })
        }}
      />
    </>
  )
}
