import type { ComponentType } from 'react'

import { createBrowserRouter, Navigate } from 'react-router'

import { SessionGate } from '@/features/session/SessionGate'
import { useSession } from '@/features/session/session'
import { loadOfficeTexts, loadPhotoTexts } from '@/messages'

import { BrokenPage } from './BrokenPage'
import { Layout } from './Layout'
import { HOME, mayOpen, type PageName } from './pages'
import { MissingPage } from './MissingPage'

function Home() {
  const { user } = useSession()
  return <Navigate to={HOME[user.role]} replace />
}

/** Keep a page from people whose role may not open it; the server refuses its data in any case. */
function guarded(
  page: PageName,
  load: () => Promise<{ default: ComponentType }>,
): () => Promise<{ Component: ComponentType }> {
  return async () => {
    const { default: Page } = await load()
    function GuardedPage() {
      const { user } = useSession()
      return mayOpen(user.role, page) ? <Page /> : <MissingPage forbidden />
    }
    return { Component: GuardedPage }
  }
}

/** A page whose Chinese texts are not among those of the first page. */
function withTexts(
  load: () => Promise<{ default: ComponentType }>,
  loadTexts = loadOfficeTexts,
): () => Promise<{ default: ComponentType }> {
  return async () => {
    const [page] = await Promise.all([load(), loadTexts()])
    return page
  }
}

export const router = createBrowserRouter([
  {
    Component: SessionGate,
    ErrorBoundary: BrokenPage,
    HydrateFallback: () => null,
    children: [
      {
        // A screen on a wall has nothing of the frame.
        path: 'wall',
        lazy: guarded(
          'overview',
          withTexts(() => import('@/features/overview/WallPage')),
        ),
      },
      {
        Component: Layout,
        children: [
          {
            ErrorBoundary: BrokenPage,
            children: [
              { index: true, Component: Home },
              { path: 'sign-in', Component: Home },
              { path: 'review', lazy: guarded('review', () => import('@/features/review/ReviewPage')) },
              { path: 'cases', lazy: guarded('cases', () => import('@/features/cases/CasesPage')) },
              { path: 'cases/:id', lazy: guarded('cases', () => import('@/features/cases/CasePage')) },
              {
                path: 'upload',
                lazy: guarded(
                  'upload',
                  withTexts(() => import('@/features/photos/UploadPage'), loadPhotoTexts),
                ),
              },
              {
                path: 'cameras',
                lazy: guarded(
                  'cameras',
                  withTexts(() => import('@/features/cameras/CamerasPage')),
                ),
              },
              {
                path: 'cameras/:id/:view?',
                lazy: guarded(
                  'cameras',
                  withTexts(() => import('@/features/cameras/CameraPage')),
                ),
              },
              { path: 'tasks', lazy: guarded('tasks', () => import('@/features/tasks/TasksPage')) },
              {
                path: 'overview',
                lazy: guarded(
                  'overview',
                  withTexts(() => import('@/features/overview/OverviewPage')),
                ),
              },
              {
                path: 'admin/:section?',
                lazy: guarded(
                  'admin',
                  withTexts(() => import('@/features/admin/AdminPage')),
                ),
              },
              {
                path: 'notices',
                lazy: async () => ({ Component: (await import('@/features/notices/NoticesPage')).default }),
              },
              {
                path: 'account',
                lazy: async () => {
                  const load = withTexts(() => import('@/features/notices/AccountPage'))
                  return { Component: (await load()).default }
                },
              },
              { path: '*', Component: MissingPage },
            ],
          },
        ],
      },
    ],
  },
])
