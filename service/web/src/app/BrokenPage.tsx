import { Button } from 'antd'
import { useRouteError } from 'react-router'

import { EmptyState } from '@/shared/EmptyState'

import { useMessages } from './locale'

/** A page that failed: says so, shows the error, offers to reload. */
export function BrokenPage() {
  const t = useMessages()
  const error = useRouteError()
  const text = error instanceof Error ? error.message : String(error)
  // A chunk that is gone means that the console was rebuilt while it was open.
  const outdated = /dynamically imported module|module script/i.test(text)
  return (
    <EmptyState
      title={outdated ? t('app.newVersion') : t('app.broken')}
      hint={outdated ? '' : t('app.brokenHint')}
      action={
        <Button type="primary" onClick={() => window.location.reload()}>
          {t('app.reload')}
        </Button>
      }
    >
      {outdated ? null : <code>{text}</code>}
    </EmptyState>
  )
}
