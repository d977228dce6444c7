import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link } from 'react-router'

import { deletionsQuery, retentionRulesQuery } from '@/api/retention'
import { useFormat } from '@/app/format'
import { useLocale, useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { ScrollRegion } from '@/shared/ScrollRegion'

import admin from './AdminPage.module.css'

/** What was deleted, when, by which rule. */
export function Deletions() {
  const t = useMessages()
  const format = useFormat()
  const { locale } = useLocale()
  const log = useInfiniteQuery(deletionsQuery)
  const { data: rules = [] } = useQuery(retentionRulesQuery)
  const rows = log.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className={admin.section}>
      <h2>{t('retention.log')}</h2>
      {rows.length === 0 ? <p className={admin.muted}>{t('retention.noLog')}</p> : null}
      {rows.length === 0 ? null : (
        <ScrollRegion label={t('retention.log')}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('audit.sequence')}</th>
                <th scope="col">{t('audit.at')}</th>
                <th scope="col">{t('case.number')}</th>
                <th scope="col">{t('retention.files')}</th>
                <th scope="col">{t('retention.gone')}</th>
                <th scope="col">{t('audit.actor')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => {
                const rule = rules.find(({ code }) => code === row.rule)
                const size = row.deleted.reduce((sum, file) => sum + file.size, 0)
                return (
                  <tr key={row.sequence}>
                    <td>{row.sequence}</td>
                    <td>{format.dateTime(row.at)}</td>
                    <td>
                      {row.number === null ? (
                        t('case.photo')
                      ) : (
                        <Link to={`/cases/${row.subject_id}`}>{row.number}</Link>
                      )}
                    </td>
                    <td className={admin.wrap}>
                      {(locale === 'zh-CN' ? rule?.chinese : rule?.english) ?? row.rule}
                    </td>
                    <td>
                      {t('retention.dueFiles', { count: row.deleted.length, size: format.bytes(size) })}
                    </td>
                    <td>{row.actor}</td>
                  </tr>
                )
              })}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      {log.hasNextPage ? (
        <p className={admin.loading}>
          <Button loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {t('common.more')}
          </Button>
        </p>
      ) : null}
    </section>
  )
}
