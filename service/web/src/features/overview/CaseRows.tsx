import { Link } from 'react-router'

import type { CaseRow } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { KindLabel, StatusLabel } from '@/features/cases/CaseLabels'

import styles from './OverviewPage.module.css'

/** A few cases with their pictures, each leading to its page. */
export function CaseRows({ rows }: { rows: readonly CaseRow[] }) {
  const format = useFormat()
  return (
    <ul className={styles.cases}>
      {rows.map((row) => (
        <li key={row.id}>
          <Link to={`/cases/${row.id}`}>
            <span className="visually-hidden">{row.number}</span>
            {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" />}
            <span>
              <KindLabel kind={row.kind} count={row.count} />
              <small>
                {[row.camera_name ?? '', format.ago(row.occurred_at)]
                  .filter((part) => part !== '')
                  .join(' · ')}
              </small>
            </span>
            <StatusLabel status={row.status} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
