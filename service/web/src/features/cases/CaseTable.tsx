import { Link } from 'react-router'

import type { CaseRow } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import { KindLabel, StatusLabel, SuspectedLabel } from './CaseLabels'
import styles from './CaseTable.module.css'

/** Cases as rows; on a phone the same rows are cards. */
export function CaseTable({ rows, stale }: { rows: readonly CaseRow[]; stale: boolean }) {
  const t = useMessages()
  const format = useFormat()
  return (
    <table className={styles.table} data-stale={stale}>
      <thead>
        <tr>
          <th scope="col" className={styles.picture}>
            <span className="visually-hidden">{t('cases.evidence')}</span>
          </th>
          <th scope="col">{t('case.number')}</th>
          <th scope="col">{t('case.kind')}</th>
          <th scope="col">{t('case.status')}</th>
          <th scope="col">{t('case.place')}</th>
          <th scope="col">{t('case.occurredAt')}</th>
          <th scope="col" className={styles.figure}>
            {t('case.confidence')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td className={styles.picture}>
              {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" loading="lazy" />}
            </td>
            <td className={styles.number}>
              <Link to={`/cases/${row.id}`}>{row.number}</Link>
            </td>
            <td className={styles.kind}>
              <KindLabel kind={row.kind} count={row.count} /> {row.suspected ? <SuspectedLabel /> : null}
            </td>
            <td className={styles.status}>
              <StatusLabel status={row.status} />
            </td>
            <td className={styles.place}>{placeOf(row) ?? t('case.noCamera')}</td>
            <td className={styles.time}>
              <time dateTime={row.occurred_at}>{format.exact(row.occurred_at)}</time>
            </td>
            <td className={styles.figure}>{format.percent(row.confidence)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function placeOf(row: CaseRow): string | null {
  if (row.camera_id === null) return null
  const camera = row.camera_name === null || row.camera_name === '' ? row.camera_id : row.camera_name
  return row.zone === null ? camera : `${camera} · ${row.zone}`
}
