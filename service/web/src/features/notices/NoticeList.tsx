import { Link } from 'react-router'

import type { Notice } from '@/api/nouns'
import { useReadNotice } from '@/api/notices'
import { useFormat } from '@/app/format'
import { useLocale } from '@/app/locale'

import styles from './NoticeList.module.css'
import { inLanguage, pathOf } from './words'

interface Props {
  notices: readonly Notice[]
  /** Called when somebody follows one. */
  onFollow?: () => void
}

/** Notices, each a way to what it is about; following one marks it as read. */
export function NoticeList({ notices, onFollow }: Props) {
  const { t, locale } = useLocale()
  const format = useFormat()
  const read = useReadNotice()
  return (
    <ul className={styles.list}>
      {notices.map((notice) => (
        <li key={notice.id} data-unread={notice.read_at === null}>
          <Link
            to={pathOf(notice)}
            onClick={() => {
              if (notice.read_at === null) read.mutate(notice)
              onFollow?.()
            }}
          >
            <strong>
              {notice.read_at === null ? <span className={styles.dot} title={t('notices.unread')} /> : null}
              {inLanguage(notice.title, locale)}
            </strong>
            <span>{inLanguage(notice.body, locale)}</span>
            <time dateTime={notice.created_at} title={format.exact(notice.created_at)}>
              {format.ago(notice.created_at)}
            </time>
          </Link>
        </li>
      ))}
    </ul>
  )
}
