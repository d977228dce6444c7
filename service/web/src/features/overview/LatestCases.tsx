import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { casesQuery } from '@/api/cases'
import { useFormat } from '@/app/format'
import { KindLabel, StatusLabel } from '@/features/cases/CaseLabels'

import styles from './OverviewPage.module.css'

const SHOWN = 6

/** The newest cases with their pictures. */
export function LatestCases() {
  const format = useFormat()
  const { data } = useInfiniteQuery(casesQuery({ order: 'newest' }))
  return (
    <ul className={styles.latest}>
      {data?.pages[0]?.items.slice(0, SHOWN).map((row) => (
        <li key={row.id}>
          <Link to={`/cases/${row.id}`}>
            <span className="visually-hidden">{row.number}</span>
            {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" />}
            <span>
              <KindLabel kind={row.kind} count={row.count} />
              <small>{format.ago(row.occurred_at)}</small>
            </span>
            <StatusLabel status={row.status} />
          </Link>
        </li>
      ))}
    </ul>
  )
}
