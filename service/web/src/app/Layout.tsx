import { NavLink, Outlet } from 'react-router'
import { lazy, Suspense, useEffect } from 'react'

import { useQuery } from '@tanstack/react-query'

import { pendingCountQuery } from '@/api/cases'
import { AccountMenu } from '@/features/session/AccountMenu'
import { useSession } from '@/features/session/session'
import { SystemStrip } from '@/features/system/SystemStrip'
import { Mark } from '@/shared/Mark'

import { useFormat } from './format'
import styles from './Layout.module.css'
import { LiveProvider } from './live'
import { useMessages } from './locale'
import { ICONS, mayOpen, pagesOf, TAB_PAGES } from './pages'

const Bell = lazy(() => import('@/features/notices/Bell').then((part) => ({ default: part.Bell })))

/** The frame around every page: navigation, system strip, account. */
export function Layout() {
  const t = useMessages()
  const { user } = useSession()
  const uploads = mayOpen(user.role, 'upload')
  // Photos that an earlier visit could not send go on their way, whatever page is open.
  useEffect(() => {
    if (!uploads) return
    import('@/features/photos/uploads')
      .then((queue) => queue.uploads.resume(user.id))
      .catch((error: unknown) => console.warn('photos that wait were not taken up:', error))
  }, [uploads, user.id])
  return (
    <LiveProvider>
      <a className={styles.skip} href="#main">
        {t('app.skip')}
      </a>
      <nav className={styles.rail} aria-label={t('nav.main')}>
        <span className={styles.mark}>
          <Mark size={30} />
        </span>
        {pagesOf(user.role).map((page) => {
          const Icon = ICONS[page]
          return (
            <NavLink
              key={page}
              to={`/${page}`}
              className={({ isActive }) =>
                [styles.link, isActive ? styles.active : '', TAB_PAGES.has(page) ? '' : styles.deskOnly].join(
                  ' ',
                )
              }
            >
              <span className={styles.icon}>
                <Icon size={21} strokeWidth={1.9} aria-hidden />
                {page === 'review' ? <PendingBadge /> : null}
              </span>
              <span>{t(`nav.${page}`)}</span>
            </NavLink>
          )
        })}
      </nav>
      <header className={styles.header}>
        <span className={styles.product}>
          <span className={styles.phoneMark}>
            <Mark size={26} />
          </span>
          <span className={styles.name}>{t('app.name')}</span>
        </span>
        <SystemStrip />
        <Suspense fallback={null}>
          <Bell />
        </Suspense>
        <AccountMenu />
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <Suspense fallback={<p className={styles.loading}>{t('app.loading')}</p>}>
          <Outlet />
        </Suspense>
      </main>
    </LiveProvider>
  )
}

function PendingBadge() {
  const t = useMessages()
  const format = useFormat()
  const { user } = useSession()
  const { data: count } = useQuery({ ...pendingCountQuery, enabled: mayOpen(user.role, 'review') })
  if (count === undefined || count === 0) return null
  return (
    <span className={styles.badge} title={t('review.waiting', { count })}>
      {count > 999 ? '999+' : format.number(count)}
    </span>
  )
}
