import { useNavigate } from 'react-router'

import type { CaseRow } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { DistrictMap, type Spot } from '@/features/map/DistrictMap'

import styles from './CaseSurroundings.module.css'

interface Props {
  row: CaseRow
  /** Cases around it; a click leads to them. */
  near: readonly CaseRow[]
}

/** Where a case lies, with those around it; nothing where nobody knows. */
export function CaseMap({ row, near }: Props) {
  const t = useMessages()
  const navigate = useNavigate()
  const spotOf = (one: CaseRow, spot: Omit<Spot, 'id' | 'place' | 'label'>): Spot[] =>
    one.longitude === null || one.latitude === null
      ? []
      : [{ id: one.id, place: [one.longitude, one.latitude], label: one.number, ...spot }]
  const here = spotOf(row, { kind: 'here' })
  if (here.length === 0) return null
  const others = near.flatMap((one) =>
    spotOf(one, { kind: 'near', onClick: () => void navigate(`/cases/${one.id}`) }),
  )
  return (
    <div className={styles.map} role="group" aria-label={t('case.map')}>
      <DistrictMap close spots={[...others, ...here]} />
    </div>
  )
}
