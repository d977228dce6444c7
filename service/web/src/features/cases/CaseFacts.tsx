import { Link } from 'react-router'

import { useWords } from '@/api/catalogue'
import type { Case, CaseRow } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import styles from './CaseFacts.module.css'

interface Props {
  row: CaseRow
  /** The whole case, once it is loaded: says more. */
  detail?: Case | undefined
}

/** What is known about a case: where, when, how sure. */
export function CaseFacts({ row, detail }: Props) {
  const t = useMessages()
  const format = useFormat()
  const violation = detail?.violation
  const seconds =
    violation === undefined ? 0 : (Date.parse(violation.ended_at) - Date.parse(violation.started_at)) / 1000

  return (
    <>
      {violation?.note === undefined || violation.note === '' ? null : (
        <p className={row.suspected ? styles.caution : styles.note}>{violation.note}</p>
      )}
      {row.relapse_of_id === null ? null : (
        <p className={styles.caution}>
          {t('case.relapse')}{' '}
          <Link to={`/cases/${row.relapse_of_id}`}>{detail?.relapse_of?.number ?? t('review.show')}</Link>
          {(detail?.relapses ?? 0) > 1 ? ` · ${t('case.relapses', { count: detail?.relapses ?? 0 })}` : null}
        </p>
      )}
      <dl className={styles.facts}>
        <Fact
          name={t('case.occurredAt')}
          value={format.exact(row.occurred_at)}
          aside={format.ago(row.occurred_at)}
        />
        {seconds >= 1 ? <Fact name={t('case.duration')} value={format.seconds(seconds)} /> : null}
        <div>
          <dt>{row.camera_id === null ? t('case.place') : t('case.camera')}</dt>
          <dd>
            {row.camera_id === null ? (
              t('case.photo')
            ) : (
              <Link to={`/cameras/${row.camera_id}`}>
                {row.camera_name === null || row.camera_name === '' ? row.camera_id : row.camera_name}
              </Link>
            )}
          </dd>
        </div>
        {row.zone === null ? null : <Fact name={t('case.zone')} value={row.zone} />}
        {row.longitude === null || row.latitude === null ? null : (
          <Fact
            name={t('case.place')}
            value={t('case.lonlat', {
              longitude: row.longitude.toFixed(5),
              latitude: row.latitude.toFixed(5),
            })}
          />
        )}
        {detail === undefined ? null : <Responsibility detail={detail} />}
        <div>
          <dt>{t('case.confidence')}</dt>
          <dd className={styles.confidence}>
            <meter min={0} max={1} value={row.confidence} aria-label={t('case.confidence')} />
            {format.percent(row.confidence)}
          </dd>
        </div>
        {row.count > 1 ? <Fact name={t('case.count')} value={format.number(row.count)} /> : null}
        {violation?.model === undefined || violation.model === '' ? null : (
          <Fact name={t('case.model')} value={violation.model} />
        )}
      </dl>
    </>
  )
}

/** Whose area it is, who has the case, and how it went so far. */
function Responsibility({ detail }: { detail: Case }) {
  const t = useMessages()
  const { word } = useWords()
  const { area, unit, suggested_unit: suggested } = detail
  return (
    <>
      {area === null ? null : <Fact name={t('case.area')} value={area.name} />}
      {unit !== null ? (
        <Fact name={t('case.unit')} value={unit.name} />
      ) : suggested !== null ? (
        <Fact name={t('case.suggestedUnit')} value={suggested.name} />
      ) : null}
      {detail.grade === 'urgent' ? (
        <Fact name={t('case.grade')} value={word('grades', detail.grade)} />
      ) : null}
      {detail.outcome === null ? null : (
        <Fact name={t('case.outcome')} value={word('outcomes', detail.outcome)} />
      )}
      {detail.returns === 0 ? null : (
        <Fact name={t('case.returns')} value={t('case.times', { count: detail.returns })} />
      )}
      {detail.reworks === 0 ? null : (
        <Fact name={t('case.reworks')} value={t('case.times', { count: detail.reworks })} />
      )}
      {detail.merged_into === null ? null : (
        <div>
          <dt>{t('case.mergedInto')}</dt>
          <dd>
            <Link to={`/cases/${detail.merged_into.id}`}>{detail.merged_into.number}</Link>
          </dd>
        </div>
      )}
      {detail.merged.length === 0 ? null : (
        <div>
          <dt>{t('case.mergedCases')}</dt>
          <dd>
            {detail.merged.map((other) => (
              <Link key={other.id} to={`/cases/${other.id}`} className={styles.merged}>
                {other.number}
              </Link>
            ))}
          </dd>
        </div>
      )}
    </>
  )
}

function Fact({ name, value, aside = '' }: { name: string; value: string; aside?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {value}
        {aside === '' ? null : <small>{aside}</small>}
      </dd>
    </div>
  )
}
