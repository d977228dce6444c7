import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { RefreshCw } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'

import { casesQuery } from '@/api/cases'
import type { Role } from '@/api/nouns'
import { useLiveEvent } from '@/app/live'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import { BulkBar } from './BulkBar'
import { asQuery, readFilter, writeFilter, type FilterInAddress } from './caseFilter'
import { CaseFilters } from './CaseFilters'
import { CaseTable } from './CaseTable'
import styles from './CasesPage.module.css'
import { chosenColumns } from './columns'
import { ColumnMenu, LedgerMenu } from './ListMenus'

const COUNTED_UP_TO = 10_000
const BULK: ReadonlySet<Role> = new Set(['operator', 'supervisor', 'administrator'])
const EXPORTS: ReadonlySet<Role> = new Set(['supervisor', 'administrator', 'auditor'])

/** All cases that the reader may see; the filter is in the address, so that it can be kept and sent. */
export default function CasesPage() {
  const t = useMessages()
  const cache = useQueryClient()
  const [address, setAddress] = useSearchParams()
  const filter = readFilter(address)
  const cases = useInfiniteQuery(casesQuery(asQuery(filter)))
  const { user } = useSession()
  const [news, setNews] = useState(0)
  const [columns, setColumns] = useState(chosenColumns)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const end = useRef<HTMLDivElement>(null)

  useLiveEvent('case.created', () => setNews((count) => count + 1))

  const { hasNextPage, isFetchingNextPage, fetchNextPage } = cases
  useEffect(() => {
    const element = end.current
    if (element === null || !hasNextPage || isFetchingNextPage) return
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) void fetchNextPage()
      },
      { rootMargin: '600px' },
    )
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  const change = (next: FilterInAddress) => {
    setNews(0)
    setAddress(writeFilter(next), { replace: true })
  }
  const toggle = useCallback((id: string) => setChosen((now) => toggled(now, id)), [setChosen])
  const refresh = () => {
    setNews(0)
    void cache.resetQueries({ queryKey: ['cases'] })
  }

  const rows = cases.data?.pages.flatMap((page) => page.items) ?? []
  const picked = rows.filter((row) => chosen.has(row.id))
  const total = cases.data?.pages.at(-1)?.total ?? 0
  const filtered = writeFilter(filter).size > 0
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('cases.title')}</h1>
        {cases.data === undefined ? null : (
          <p>
            {total >= COUNTED_UP_TO
              ? t('cases.totalCapped', { count: total })
              : t('cases.total', { count: total })}
          </p>
        )}
        {news > 0 ? (
          <Button type="primary" size="small" icon={<RefreshCw size={14} />} onClick={refresh}>
            {t('review.arrived', { count: news })}
          </Button>
        ) : null}
        <span className={styles.menus}>
          <ColumnMenu columns={columns} onChange={setColumns} />
          {EXPORTS.has(user.role) ? <LedgerMenu filter={filter} /> : null}
        </span>
      </header>
      <CaseFilters filter={filter} onChange={change} />
      {cases.error === null ? null : (
        <EmptyState
          title={t('cases.loadFailed')}
          hint={problemText(t, cases.error)}
          action={<Button onClick={() => void cases.refetch()}>{t('common.retry')}</Button>}
        />
      )}
      {cases.isPending ? <p className={styles.loading}>{t('app.loading')}</p> : null}
      {cases.isSuccess && rows.length === 0 ? (
        <EmptyState title={t('cases.empty')} hint={filtered ? t('cases.emptyHint') : ''} />
      ) : null}
      {rows.length > 0 ? (
        <CaseTable
          rows={rows}
          stale={cases.isPlaceholderData}
          columns={columns}
          order={filter.order}
          onOrder={(order) => change({ ...filter, order })}
          choice={BULK.has(user.role) ? { chosen, onToggle: toggle, onAll: setChosen } : undefined}
        />
      ) : null}
      {picked.length > 0 ? (
        <BulkBar rows={picked} onDone={(left) => setChosen(new Set(left.map((row) => row.id)))} />
      ) : null}
      <div ref={end} className={styles.end}>
        {hasNextPage ? (
          <Button loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('common.more')}
          </Button>
        ) : rows.length > 0 ? (
          t('cases.end')
        ) : null}
      </div>
    </div>
  )
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return next
}
