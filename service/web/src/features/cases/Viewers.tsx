import { useQuery } from '@tanstack/react-query'
import { Eye } from 'lucide-react'
import { useEffect } from 'react'

import { lookAway, viewersQuery } from '@/api/viewers'
import { useLiveEvent } from '@/app/live'
import { useLocale } from '@/app/locale'

import styles from './CaseLabels.module.css'

/** Who else has this case on screen, in a line; nobody is kept from anything. Mounted, it tells them of us. */
export function Viewers({ id }: { id: string }) {
  const { t, locale } = useLocale()
  const { data, refetch } = useQuery(viewersQuery(id))
  useLiveEvent('case.viewed', (event) => {
    if (event.id === id) void refetch()
  })
  useEffect(() => {
    const leave = () => lookAway(id)
    // A page that is closed unmounts nothing.
    window.addEventListener('pagehide', leave)
    return () => {
      window.removeEventListener('pagehide', leave)
      leave()
    }
  }, [id])

  const names = data?.items.map(({ name }) => name) ?? []
  return (
    <span role="status" className={styles.viewers}>
      {names.length === 0 ? null : (
        <>
          <Eye size={14} aria-hidden />
          {t('case.viewers', { names: new Intl.ListFormat(locale).format(names) })}
        </>
      )}
    </span>
  )
}
