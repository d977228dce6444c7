import { useQuery } from '@tanstack/react-query'

import { systemQuery } from '@/api/system'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import facts from '@/features/cases/CaseFacts.module.css'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import admin from './AdminPage.module.css'
import { RegisteredModels } from './RegisteredModels'

/** Which model sees, how the engine fares, and what is wrong. */
export default function ModelsPage() {
  const t = useMessages()
  const format = useFormat()
  const { data: system, error } = useQuery(systemQuery)
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('models.title')}</h1>
      </header>
      {error === null ? null : <EmptyState title={problemText(t, error)} />}
      {system === undefined ? null : (
        <div className={admin.cards}>
          <section className={admin.card}>
            <h2>{t('models.inUse')}</h2>
            <p>
              <strong>{system.model ?? t('models.none')}</strong>
            </p>
          </section>
          <section className={admin.card}>
            <h2>{t('system.engine')}</h2>
            <dl className={facts.facts}>
              <div>
                <dt>{t('case.status')}</dt>
                <dd>{t(`system.engine.${system.engine.state}`)}</dd>
              </div>
              <div>
                <dt>{t('system.restarts')}</dt>
                <dd>{format.number(system.engine.restarts)}</dd>
              </div>
              <div>
                <dt>{t('system.outbox')}</dt>
                <dd>{format.number(system.engine.outbox)}</dd>
              </div>
              {system.engine.last_result_at === null ? null : (
                <div>
                  <dt>{t('system.lastResult')}</dt>
                  <dd>{format.ago(system.engine.last_result_at)}</dd>
                </div>
              )}
              <div>
                <dt>{t('models.cameras')}</dt>
                <dd>{system.engine.cameras.join(' · ')}</dd>
              </div>
              <div>
                <dt>{t('system.disk')}</dt>
                <dd>{format.bytes(system.disk.free_bytes)}</dd>
              </div>
              <div>
                <dt>{t('system.version')}</dt>
                <dd>{system.version}</dd>
              </div>
            </dl>
          </section>
          <section className={admin.card}>
            <h2>{t('system.alerts', { count: system.alerts.length })}</h2>
            {system.alerts.length === 0 ? <p className={admin.muted}>{t('system.noAlerts')}</p> : null}
            {system.alerts.map((alert) => (
              <p key={alert.code + alert.since}>
                {alert.message} <small>{t('system.since', { time: format.dateTime(alert.since) })}</small>
              </p>
            ))}
          </section>
        </div>
      )}
      {system === undefined ? null : (
        <div className={admin.stack}>
          <RegisteredModels inUse={system.model} />
        </div>
      )}
    </div>
  )
}
