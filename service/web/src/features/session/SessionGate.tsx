import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { Outlet, useNavigate } from 'react-router'

import { onSessionLost } from '@/api/credentials'
import type { Session } from '@/api/nouns'
import { sessionQuery } from '@/api/session'
import { useMessages } from '@/app/locale'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import { SessionContext } from './session'
import SignInPage from './SignInPage'
import { SignInForm } from './SignInForm'

/**
 * Lets signed-in people in, at the address they asked for. When the session ends while somebody works, the page stays
 * as it is under a sign-in dialog, so that nothing typed is lost.
 */
export function SessionGate() {
  const t = useMessages()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const { data: session, error, refetch } = useQuery(sessionQuery)
  const [lost, setLost] = useState(false)

  useEffect(() => onSessionLost(() => setLost(true)), [])

  if (session === undefined) {
    if (error === null) return <p className="visually-hidden">{t('app.loading')}</p>
    return (
      <EmptyState
        title={problemText(t, error)}
        action={
          <Button type="primary" onClick={() => void refetch()}>
            {t('common.retry')}
          </Button>
        }
      />
    )
  }
  if (session === null) return <SignInPage onSignedIn={() => setLost(false)} />

  const onBack = async (next: Session) => {
    setLost(false)
    if (next.user.id !== session.user.id) await navigate('/', { replace: true })
    await cache.invalidateQueries({ predicate: (query) => query.queryKey[0] !== 'session' })
  }

  return (
    <SessionContext value={session}>
      <Outlet />
      <Dialog open={lost} title={t('session.expired')}>
        <p>{t('session.expiredHint')}</p>
        <SignInForm username={session.user.username} onSignedIn={(next) => void onBack(next)} />
      </Dialog>
    </SessionContext>
  )
}
