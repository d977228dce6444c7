import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'

import { caseQuery } from '@/api/cases'
import { useMessages } from '@/app/locale'
import { KindLabel, StatusLabel } from '@/features/cases/CaseLabels'

import styles from './UploadPage.module.css'

/** The cases that came of a photo. */
export function FoundCases({ ids }: { ids: readonly string[] }) {
  const t = useMessages()
  if (ids.length === 0) return <p className={styles.meta}>{t('photos.foundNone')}</p>
  return (
    <>
      <p className={styles.found}>{t('photos.found', { count: ids.length })}</p>
      <ul className={styles.cases}>
        {ids.map((id) => (
          <FoundCase key={id} id={id} />
        ))}
      </ul>
    </>
  )
}

function FoundCase({ id }: { id: string }) {
  const t = useMessages()
  const { data: found } = useQuery(caseQuery(id))
  return (
    <li>
      <Link to={`/cases/${id}`}>
        {found === undefined ? (
          t('photos.case')
        ) : (
          <>
            <KindLabel kind={found.kind} count={found.count} /> <StatusLabel status={found.status} />
          </>
        )}
      </Link>
    </li>
  )
}
