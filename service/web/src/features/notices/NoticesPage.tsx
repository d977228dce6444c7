import { useInfiniteQuery } from '@tanstack/react-query'
import { Button, Checkbox } from 'antd'
import { BellOff } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'

import { noticesQuery, useReadAllNotices } from '@/api/notices'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import account from './AccountPage.module.css'
import { NoticeList } from './NoticeList'

/** Everything that one was told. */
export default function NoticesPage() {
  const t = useMessages()
  const [unread, setUnread] = useState(false)
  const pages = useInfiniteQuery(noticesQuery(unread))
  const readAll = useReadAllNotices()
  const notices = pages.data?.pages.flatMap((page) => page.items) ?? []
  const waiting = pages.data?.pages[0]?.unread ?? 0
  return (
    <div className={`${styles.page} ${account.narrow}`}>
      <header className={styles.header}>
        <h1>{t('notices.title')}</h1>
        <Checkbox checked={unread} onChange={(event) => setUnread(event.target.checked)}>
          {t('notices.onlyUnread')}
        </Checkbox>
        <Button disabled={waiting === 0} loading={readAll.isPending} onClick={() => readAll.mutate()}>
          {t('notices.readAll')}
        </Button>
        <Link to="/account">{t('notices.settings')}</Link>
      </header>
      {pages.error === null ? null : <EmptyState title={problemText(t, pages.error)} />}
      {pages.isSuccess && notices.length === 0 ? (
        <EmptyState icon={<BellOff size={28} aria-hidden />} title={t('notices.empty')} />
      ) : (
        <section className={account.card}>
          <NoticeList notices={notices} />
        </section>
      )}
      {pages.hasNextPage ? (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('common.more')}
        </Button>
      ) : null}
    </div>
  )
}
