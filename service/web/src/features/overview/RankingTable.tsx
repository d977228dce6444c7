import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useState } from 'react'

import { rankingQuery } from '@/api/figures'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { districtZone } from '@/app/zone'
import { useSession } from '@/features/session/session'
import table from '@/shared/DataTable.module.css'
import { problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'

import styles from './OverviewPage.module.css'
import { weekAfter, weekNow } from './week'

const COUNTS = ['found', 'settled', 'on_time', 'late', 'sent_back', 'relapses'] as const
const TITLE = {
  found: 'overview.found',
  settled: 'overview.settled',
  on_time: 'overview.onTime',
  late: 'overview.late',
  sent_back: 'overview.sentBack',
  relapses: 'overview.relapses',
} as const
const EXPORTERS: ReadonlySet<string> = new Set(['supervisor', 'administrator', 'auditor'])

/** The units of a week by their score. */
export function RankingTable() {
  const t = useMessages()
  const format = useFormat()
  const { user } = useSession()
  const [now] = useState(() => weekNow(districtZone()))
  const [week, setWeek] = useState(now)
  const { data: ranking, error } = useQuery(rankingQuery(week))
  return (
    <>
      <header className={styles.week}>
        <h2>{t('overview.ranking', { week })}</h2>
        <Button
          type="text"
          icon={<ChevronLeft size={18} />}
          aria-label={t('overview.previousWeek')}
          onClick={() => setWeek(weekAfter(week, -1))}
        />
        <Button
          type="text"
          icon={<ChevronRight size={18} />}
          aria-label={t('overview.nextWeek')}
          disabled={week >= now}
          onClick={() => setWeek(weekAfter(week, 1))}
        />
        {EXPORTERS.has(user.role) ? (
          <a href={`/api/v1/figures/ranking/export?week=${week}&format=xlsx`} download>
            {t('overview.exportRanking')}
          </a>
        ) : null}
      </header>
      {error === null ? null : <p role="alert">{problemText(t, error)}</p>}
      {ranking?.items.length === 0 ? <p className={styles.muted}>{t('overview.rankingNone')}</p> : null}
      {ranking === undefined || ranking.items.length === 0 ? null : (
        <ScrollRegion label={t('overview.ranking', { week })}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t('overview.rank')}</th>
                <th scope="col">{t('case.unit')}</th>
                <th scope="col">{t('overview.score')}</th>
                {COUNTS.map((name) => (
                  <th key={name} scope="col">
                    {t(TITLE[name])}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {ranking.items.map((unit) => (
                <tr key={unit.unit_id}>
                  <td>{unit.rank ?? '–'}</td>
                  <td>
                    <strong>{unit.name}</strong>
                  </td>
                  <td>{unit.score === null ? '–' : format.number(unit.score, 1)}</td>
                  {COUNTS.map((name) => (
                    <td key={name}>{format.number(unit[name])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
    </>
  )
}
