import { useQuery } from '@tanstack/react-query'

import type { CaseRow } from '@/api/nouns'
import { suggestionsQuery } from '@/api/suggestions'
import { useMessages } from '@/app/locale'

import { CaseMap } from './CaseMap'
import styles from './CaseSurroundings.module.css'
import { NearbyCases } from './NearbyCases'

const SHOWN = 3

interface Props {
  row: CaseRow
  /** Whether the reader may see the cases around: who oversees does. */
  nearby: boolean
}

/** Where a case lies and which open cases of its kind lie around it. */
export function CaseSurroundings({ row, nearby }: Props) {
  const t = useMessages()
  const { data: neighbours = [] } = useQuery({ ...suggestionsQuery(row.id), enabled: nearby })
  return (
    <section className={styles.around} aria-label={t('case.map')}>
      <CaseMap row={row} near={neighbours.map((neighbour) => neighbour.case)} />
      {neighbours.length === 0 ? null : (
        <div>
          <h2>{t('review.nearby')}</h2>
          <NearbyCases neighbours={neighbours.slice(0, SHOWN)} />
        </div>
      )}
    </section>
  )
}
