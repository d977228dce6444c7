import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { kindScoresQuery } from '@/api/figures'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { KindLabel } from '@/features/cases/CaseLabels'
import { problemText } from '@/shared/problemText'

import styles from './KindBars.module.css'
import type { Period } from './period'

/** How many cases of each kind were filed, the most frequent first, and how many of them came back. */
export function KindBars({ period }: { period: Period }) {
  const t = useMessages()
  const format = useFormat()
  const { data: kinds, error } = useQuery(kindScoresQuery(period.since, period.until))
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (kinds === undefined) return <p>{t('app.loading')}</p>
  const most = Math.max(1, ...kinds.map(({ found }) => found))
  return (
    <ul className={styles.kinds}>
      {kinds
        .toSorted((one, other) => other.found - one.found)
        .map(({ kind, found, relapses }) => (
          <li key={kind}>
            <Link to={`/cases?kind=${kind}&since=${period.firstDay}`}>
              <KindLabel kind={kind} />
              <small>{relapses === 0 ? '' : t('overview.kindRelapses', { count: relapses })}</small>
              <b>{format.number(found)}</b>
              <meter min={0} max={most} value={found} aria-hidden />
            </Link>
          </li>
        ))}
    </ul>
  )
}
