import { useQuery } from '@tanstack/react-query'
import { Bell as BellIcon } from 'lucide-react'
import { Link } from 'react-router'

import { latestNoticesQuery, unreadQuery, useReadAllNotices } from '@/api/notices'
import { useMessages } from '@/app/locale'
import { Popover } from '@/shared/Popover'
import { problemText } from '@/shared/problemText'

import styles from './Bell.module.css'
import { NoticeList } from './NoticeList'

/** How many notices wait, and the newest of them. */
export function Bell() {
  const t = useMessages()
  const { data: unread = 0 } = useQuery(unreadQuery)
  const label = unread === 0 ? t('notices.title') : t('notices.waiting', { count: unread })
  return (
    <Popover
      label={label}
      className={styles.bell}
      button={
        <>
          <BellIcon size={19} aria-hidden />
          {unread === 0 ? null : <b className={styles.count}>{unread > 99 ? '99+' : unread}</b>}
          <span className={styles.hidden}>{label}</span>
        </>
      }
    >
      {(close) => <Latest unread={unread} onClose={close} />}
    </Popover>
  )
}

function Latest({ unread, onClose }: { unread: number; onClose: () => void }) {
  const t = useMessages()
  const latest = useQuery(latestNoticesQuery)
  const readAll = useReadAllNotices()
  return (
    <div className={styles.latest}>
      <header>
        <h2>{t('notices.title')}</h2>
        {unread === 0 ? null : (
          <button type="button" disabled={readAll.isPending} onClick={() => readAll.mutate()}>
            {t('notices.readAll')}
          </button>
        )}
      </header>
      {latest.error === null ? null : <p role="alert">{problemText(t, latest.error)}</p>}
      {latest.data?.length === 0 ? <p>{t('notices.empty')}</p> : null}
      <NoticeList notices={latest.data ?? []} onFollow={onClose} />
      <footer>
        <Link to="/notices" onClick={onClose}>
          {t('notices.all')}
        </Link>
        <Link to="/account" onClick={onClose}>
          {t('notices.settings')}
        </Link>
      </footer>
    </div>
  )
}
