import { useQueries } from '@tanstack/react-query'
import { Link } from 'react-router'

import { caseQuery } from '@/api/cases'
import type { Case } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { KindLabel, StatusLabel } from '@/features/cases/CaseLabels'

import styles from './UploadPage.module.css'

/** The cases that came of photos; a case that another one took in is shown as that one. */
export function FoundCases({ ids }: { ids: readonly string[] }) {
  const t = useMessages()
  const found = useQueries({ queries: ids.map((id) => caseQuery(id)) })
  if (ids.length === 0) return <p className={styles.meta}>{t('photos.foundNone')}</p>
  const shown = new Map<string, Case | undefined>()
  for (const [index, id] of ids.entries()) {
    const own = found[index]?.data
    const whole = own?.merged_into?.id ?? id
    // The case that took others in knows its own count and kind; until it is here, one of them stands for it.
    if (!shown.has(whole) || whole === id) shown.set(whole, own)
  }
  return (
    <>
      <p className={styles.found}>{t('photos.found', { count: shown.size })}</p>
      <ul className={styles.cases}>
        {[...shown].map(([id, one]) => (
          <li key={id}>
            <Link to={`/cases/${id}`}>
              {one === undefined ? (
                t('photos.case')
              ) : (
                <>
                  <KindLabel kind={one.kind} count={one.count} />{' '}
                  <StatusLabel status={one.merged_into?.status ?? one.status} />
                </>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </>
  )
}
