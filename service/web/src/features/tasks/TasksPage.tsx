import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { CircleCheckBig } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'react-router'

import { casesQuery, conflictOf, useCaseStep } from '@/api/cases'
import type { CaseRow } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { EscalatedLabel, KindLabel } from '@/features/cases/CaseLabels'
import { DeadlineClock } from '@/features/cases/DeadlineClock'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'
import { useNow } from '@/shared/useNow'

import { sortTasks } from './tasks'
import styles from './TasksPage.module.css'

/** The open cases of a handler's unit, what is due first on top. For a phone first. */
export default function TasksPage() {
  const t = useMessages()
  const now = useNow(30_000)
  const cases = useInfiniteQuery(
    casesQuery({ status: ['dispatched', 'in_progress', 'rectified'], order: 'oldest' }),
  )
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = cases
  // All of them: what is due first may have occurred last.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])

  const tasks = sortTasks(cases.data?.pages.flatMap((page) => page.items) ?? [])
  const groups = [
    { title: t('tasks.new'), rows: tasks.fresh },
    { title: t('tasks.doing'), rows: tasks.doing },
    { title: t('tasks.sent'), rows: tasks.sent },
  ].filter(({ rows }) => rows.length > 0)
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('tasks.title')}</h1>
        <p>{t('tasks.dueFirst')}</p>
      </header>
      {cases.error === null ? null : (
        <EmptyState
          title={problemText(t, cases.error)}
          action={<Button onClick={() => void cases.refetch()}>{t('common.retry')}</Button>}
        />
      )}
      {cases.isSuccess && groups.length === 0 ? (
        <EmptyState
          icon={<CircleCheckBig size={44} aria-hidden />}
          title={t('tasks.none')}
          hint={t('tasks.noneHint')}
        />
      ) : null}
      {groups.map(({ title, rows }) => (
        <section key={title} className={styles.group}>
          <h2>
            {title} <small>{t('tasks.counted', { count: rows.length })}</small>
          </h2>
          <ul>
            {rows.map((row) => (
              <TaskCard key={row.id} row={row} now={now} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function TaskCard({ row, now }: { row: CaseRow; now: number }) {
  const t = useMessages()
  const format = useFormat()
  const toasts = useToasts()
  const step = useCaseStep(row.id)
  const accept = () =>
    step.mutate(
      { version: row.version, step: { action: 'accept' } },
      {
        onError: (error) => {
          const actor = conflictOf(error)?.decision?.actor
          const text = actor === undefined ? problemDetail(t, error) : `${problemText(t, error)} (${actor})`
          toasts.show({ text, tone: 'bad' })
        },
      },
    )
  return (
    <li className={styles.card}>
      {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" loading="lazy" />}
      <div className={styles.facts}>
        <p>
          <KindLabel kind={row.kind} count={row.count} />
          {row.escalated_at === null ? null : <EscalatedLabel />}
          {row.reworks > 0 && row.status === 'in_progress' ? (
            <span className={styles.rework}>{t('tasks.reworked')}</span>
          ) : null}
        </p>
        <Link to={`/cases/${row.id}`}>{row.number}</Link>
        <small>
          {[row.camera_name, row.zone, format.dateTime(row.occurred_at)]
            .filter((part) => part !== null && part !== '')
            .join(' · ')}
        </small>
        <DeadlineClock row={row} now={now} />
      </div>
      {row.status === 'dispatched' ? (
        <Button type="primary" size="large" loading={step.isPending} onClick={accept}>
          {t('tasks.accept')}
        </Button>
      ) : row.status === 'in_progress' ? (
        <Link className={styles.open} to={`/cases/${row.id}`}>
          {t('tasks.open')}
        </Link>
      ) : null}
    </li>
  )
}
