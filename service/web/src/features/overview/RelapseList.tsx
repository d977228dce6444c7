import { useInfiniteQuery, useQuery } from '@tanstack/react-query'

import { casesQuery } from '@/api/cases'
import { kindScoresQuery } from '@/api/figures'
import { useMessages } from '@/app/locale'
import { KindLabel } from '@/features/cases/CaseLabels'
import { problemText } from '@/shared/problemText'

import { CaseRows } from './CaseRows'
import styles from './OverviewPage.module.css'
import type { Period } from './period'

const SHOWN = 4

/** Settled offences that came back: of which kinds, and the newest ones. */
export function RelapseList({ period }: { period: Period }) {
  const t = useMessages()
  const { data: kinds } = useQuery(kindScoresQuery(period.since, period.until))
  const { data, error } = useInfiniteQuery(
    casesQuery({ relapse: true, since: period.since, order: 'newest' }),
  )
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (data === undefined) return <p>{t('app.loading')}</p>
  const rows = data.pages[0]?.items ?? []
  if (rows.length === 0) return <p className={styles.muted}>{t('overview.relapseNone')}</p>
  return (
    <>
      <ul className={styles.facts}>
        {kinds
          ?.filter(({ relapses }) => relapses > 0)
          .map(({ kind, settled, relapses }) => (
            <li key={kind}>
              <KindLabel kind={kind} />
              <small>{t('overview.relapseKind', { settled, relapses })}</small>
            </li>
          ))}
      </ul>
      <h3>{t('overview.relapseLatest')}</h3>
      <CaseRows rows={rows.slice(0, SHOWN)} />
    </>
  )
}
