import { useMessages } from './locale'
import { EmptyState } from '@/shared/EmptyState'

/** No such page, or not for this role. */
export function MissingPage({ forbidden = false }: { forbidden?: boolean }) {
  const t = useMessages()
  return forbidden ? (
    <EmptyState title={t('app.forbidden')} />
  ) : (
    <EmptyState title={t('app.notFound')} hint={t('app.notFoundHint')} />
  )
}
