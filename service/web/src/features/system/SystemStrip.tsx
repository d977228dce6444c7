import { useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'

import type { System } from '@/api/nouns'
import { systemQuery } from '@/api/system'
import { useFormat } from '@/app/format'
import { useConnection } from '@/app/live'
import { useMessages } from '@/app/locale'
import { Popover } from '@/shared/Popover'
import { problemText } from '@/shared/problemText'

import styles from './SystemStrip.module.css'

type Tone = 'good' | 'warn' | 'bad' | 'idle'

const ENGINE_TONE: Readonly<Record<System['engine']['state'], Tone>> = {
  absent: 'idle',
  starting: 'warn',
  running: 'good',
  stopping: 'warn',
  stopped: 'idle',
  silent: 'bad',
}

/** How the system fares, in the header: engine, alerts, live updates; the panel says more. */
export function SystemStrip() {
  const t = useMessages()
  const connection = useConnection()
  const { data: system, error } = useQuery(systemQuery)
  const alerts = system?.alerts ?? []
  const state = system?.engine.state

  return (
    <div className={styles.strip}>
      {connection === 'lost' ? (
        <span className={styles.lost} role="status">
          <i className={styles.pulse} />
          <span className={styles.wide}>{t('header.reconnecting')}</span>
        </span>
      ) : null}
      <Popover
        label={t('system.title')}
        className={styles.button}
        button={
          <>
            {alerts.length > 0 ? (
              <span
                className={
                  alerts.some((alert) => alert.severity === 'critical') ? styles.critical : styles.warning
                }
              >
                <TriangleAlert size={15} aria-hidden />{' '}
                <span>{t('system.alerts', { count: alerts.length })}</span>
              </span>
            ) : null}
            <i
              className={`${styles.dot ?? ''} ${styles[state === undefined ? 'idle' : ENGINE_TONE[state]] ?? ''}`}
            />
            <span className={styles.wide}>
              {t('system.engine')} · {state === undefined ? '…' : t(`system.engine.${state}`)}
            </span>
          </>
        }
      >
        {() =>
          system === undefined ? (
            <p>{error === null ? t('app.loading') : problemText(t, error)}</p>
          ) : (
            <SystemPanel system={system} />
          )
        }
      </Popover>
    </div>
  )
}

function SystemPanel({ system }: { system: System }) {
  const t = useMessages()
  const format = useFormat()
  const connection = useConnection()
  const { engine, disk } = system
  const facts: [string, string][] = [
    [t('system.engine'), t(`system.engine.${engine.state}`)],
    [
      t('system.lastResult'),
      engine.last_result_at === null ? t('common.none') : format.ago(engine.last_result_at),
    ],
    [t('system.outbox'), format.number(engine.outbox)],
    [t('system.restarts'), format.number(engine.restarts)],
    [t('system.model'), system.model ?? t('common.none')],
    [t('system.disk'), format.bytes(disk.free_bytes)],
    [t('system.version'), system.version],
  ]
  return (
    <div className={styles.panel}>
      <h2>{t('system.title')}</h2>
      {system.alerts.length === 0 ? <p className={styles.calm}>{t('system.noAlerts')}</p> : null}
      <ul>
        {system.alerts.map((alert) => (
          <li key={alert.code + alert.since} className={styles[alert.severity]}>
            <TriangleAlert size={15} aria-hidden />
            <span>
              {alert.message}
              <small>{t('system.since', { time: format.dateTime(alert.since) })}</small>
            </span>
          </li>
        ))}
      </ul>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p className={styles.live}>{connection === 'lost' ? t('header.reconnecting') : t('header.live')}</p>
    </div>
  )
}
