import { Button, Select } from 'antd'
import { History } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'

import type { Rehearsal } from '@/api/nouns'
import { Problem } from '@/api/problem'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { KindLabel } from '@/features/cases/CaseLabels'
import { problemDetail } from '@/shared/problemText'

import { coverage, type Tried } from './rehearsed'
import styles from './RehearsalCard.module.css'
import scene from './SceneEditor.module.css'

interface Props {
  result: Rehearsal | null
  tried: readonly Tried[]
  /** The draft has changed since. */
  outdated: boolean
  running: boolean
  error: Error | null
  chosen: string | null
  onChoose: (key: string | null) => void
  onTry: (minutes: number) => void
}

const MINUTES = [15, 60, 120] as const
const SHOWN = 200

/** What the zones and rules as they are drawn now would have reported lately, beside what was reported. */
export function RehearsalCard(props: Props) {
  const { result, tried, outdated, running, error, onTry } = props
  const t = useMessages()
  const [minutes, setMinutes] = useState<number>(60)
  return (
    <section className={scene.card} aria-label={t('rehearsal.title')}>
      <h2>{t('rehearsal.title')}</h2>
      <p className={styles.hint}>{t('rehearsal.hint')}</p>
      <div className={styles.start}>
        <Button
          icon={<History size={16} />}
          loading={running}
          type={result === null || outdated ? 'primary' : 'default'}
          onClick={() => onTry(minutes)}
        >
          {t('rehearsal.try')}
        </Button>
        <Select
          aria-label={t('rehearsal.span')}
          value={minutes}
          onChange={setMinutes}
          options={MINUTES.map((value) => ({ value, label: t('rehearsal.minutes', { count: value }) }))}
        />
      </div>
      <div role="status" className={styles.result} data-outdated={outdated}>
        {error === null || running ? null : (
          <p role="alert" className={scene.fault}>
            {error instanceof Problem && error.status === 503
              ? t('rehearsal.noEngine')
              : problemDetail(t, error)}
          </p>
        )}
        {result === null ? null : <Result {...props} result={result} tried={tried} />}
      </div>
    </section>
  )
}

function Result({ result, tried, outdated, chosen, onChoose }: Props & { result: Rehearsal }) {
  const t = useMessages()
  const format = useFormat()
  if (result.first_at === null) return <p className={scene.none}>{t('rehearsal.nothingStored')}</p>
  const kinds = result.kinds.filter(({ would, did }) => would + did > 0)
  return (
    <>
      {outdated ? <p className={scene.notice}>{t('rehearsal.outdated')}</p> : null}
      <p className={styles.hint}>
        {t('rehearsal.watched', {
          from: format.time(result.first_at),
          to: format.time(result.last_at ?? result.until),
          percent: format.percent(coverage(result)),
        })}
      </p>
      {result.unknown_signals.length === 0 ? null : (
        <p className={scene.notice}>{t('rehearsal.signals', { names: result.unknown_signals.join('、') })}</p>
      )}
      {kinds.length === 0 ? (
        <p className={scene.none}>{t('rehearsal.none')}</p>
      ) : (
        <table className={styles.counts}>
          <thead>
            <tr>
              <th scope="col">{t('case.kind')}</th>
              <th scope="col">{t('rehearsal.would')}</th>
              <th scope="col">{t('rehearsal.did')}</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(({ kind, would, did }) => (
              <tr key={kind}>
                <th scope="row">
                  <KindLabel kind={kind} />
                </th>
                <td data-differs={would !== did}>{format.number(would)}</td>
                <td>{format.number(did)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul className={styles.list}>
        {tried.slice(0, SHOWN).map((one) => (
          <OffenceRow key={one.key} tried={one} chosen={one.key === chosen} onChoose={onChoose} />
        ))}
      </ul>
      {tried.length > SHOWN ? (
        <p className={styles.hint}>{t('rehearsal.more', { count: tried.length - SHOWN })}</p>
      ) : null}
    </>
  )
}

interface RowProps {
  tried: Tried
  chosen: boolean
  onChoose: (key: string | null) => void
}

function OffenceRow({ tried: { key, fate, offence }, chosen, onChoose }: RowProps) {
  const t = useMessages()
  const format = useFormat()
  return (
    <li data-fate={fate}>
      <button type="button" aria-pressed={chosen} onClick={() => onChoose(chosen ? null : key)}>
        <time dateTime={offence.ended_at}>{format.time(offence.ended_at)}</time>
        <span>
          <KindLabel kind={offence.kind} count={offence.count} />
          <small>{[offence.zone, offence.note].filter(Boolean).join(' · ')}</small>
        </span>
        <em>{t(`rehearsal.fate.${fate}`)}</em>
      </button>
      {chosen && offence.case !== null ? (
        <Link to={`/cases/${offence.case.id}`} target="_blank" rel="noopener">
          {offence.case.number}
        </Link>
      ) : null}
    </li>
  )
}
