import { lazy, Suspense, type ComponentType } from 'react'
import { Navigate, NavLink, useParams } from 'react-router'

import { useMessages } from '@/app/locale'
import { MissingPage } from '@/app/MissingPage'

import styles from './AdminPage.module.css'

const SECTIONS = [
  'users',
  'units',
  'areas',
  'standards',
  'calendars',
  'keys',
  'webhooks',
  'audit',
  'retention',
  'models',
] as const
type Section = (typeof SECTIONS)[number]

const PAGE: Readonly<Record<Section, ComponentType>> = {
  users: lazy(() => import('@/features/users/UsersPage')),
  units: lazy(() => import('./UnitsPage')),
  areas: lazy(() => import('./AreasPage')),
  standards: lazy(() => import('./StandardsPage')),
  calendars: lazy(() => import('./CalendarsPage')),
  keys: lazy(() => import('@/features/users/ApiKeysPage')),
  webhooks: lazy(() => import('@/features/webhooks/WebhooksPage')),
  audit: lazy(() => import('./AuditPage')),
  retention: lazy(() => import('./RetentionPage')),
  models: lazy(() => import('./ModelsPage')),
}

/** Everything that administrators set and auditors read, one section a tab. */
export default function AdminPage() {
  const t = useMessages()
  const { section } = useParams()
  if (section === undefined) return <Navigate to="/admin/users" replace />
  const Page = isSection(section) ? PAGE[section] : null
  return (
    <>
      <nav className={styles.tabs} aria-label={t('admin.sections')}>
        {SECTIONS.map((name) => (
          <NavLink
            key={name}
            to={`/admin/${name}`}
            className={({ isActive }) => `${styles.tab ?? ''} ${isActive ? (styles.active ?? '') : ''}`}
          >
            {t(`admin.${name}`)}
          </NavLink>
        ))}
      </nav>
      {Page === null ? (
        <MissingPage />
      ) : (
        <Suspense fallback={<p className={styles.loading}>{t('app.loading')}</p>}>
          <Page />
        </Suspense>
      )}
    </>
  )
}

function isSection(name: string): name is Section {
  return (SECTIONS as readonly string[]).includes(name)
}
