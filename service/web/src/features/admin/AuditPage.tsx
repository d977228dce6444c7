import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Input } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useSearchParams } from 'react-router'

import { auditQuery, firstBreak, lastAnchorQuery, type AuditFilter } from '@/api/audit'
import type { AuditEntry } from '@/api/nouns'
import { startOfDay, useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'

import admin from './AdminPage.module.css'

const FIELDS = ['subject_type', 'subject_id', 'actor', 'action'] as const
const LABEL = {
  subject_type: 'audit.subjectType',
  subject_id: 'audit.subjectId',
  actor: 'audit.actor',
  action: 'audit.action',
} as const

/** What was done, newest first, and whether the rows are chained; the filter is in the address. */
export default function AuditPage() {
  const t = useMessages()
  const [address, setAddress] = useSearchParams()
  const filter = filterOf(address)
  const audit = useInfiniteQuery(auditQuery(filter))
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? []
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(address)
    if (value === '') next.delete(name)
    else next.set(name, value)
    setAddress(next, { replace: true })
  }
  const day = (name: 'since' | 'until') => {
    const text = address.get(name)
    return text === null ? null : dayjs(text)
  }

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('audit.title')}</h1>
          <p>{t('audit.chainHint')}</p>
        </div>
      </header>
      <ChainState rows={rows} filtered={Object.keys(filter).length > 0} />
      <search className={admin.filters}>
        {FIELDS.map((name) => (
          <TextFilter
            key={`${name} ${address.get(name) ?? ''}`}
            label={t(LABEL[name])}
            text={address.get(name) ?? ''}
            onSearch={(text) => set(name, text)}
          />
        ))}
        {(['since', 'until'] as const).map((name) => (
          <DatePicker
            key={name}
            aria-label={t(`cases.${name}`)}
            placeholder={t(`cases.${name}`)}
            value={day(name)}
            onChange={(chosen) => set(name, chosen === null ? '' : chosen.format('YYYY-MM-DD'))}
          />
        ))}
      </search>
      {audit.error === null ? null : <EmptyState title={problemText(t, audit.error)} />}
      {audit.isSuccess && rows.length === 0 ? <EmptyState title={t('audit.empty')} /> : null}
      {rows.length === 0 ? null : <AuditTable rows={rows} />}
      {audit.hasNextPage ? (
        <p className={admin.loading}>
          <Button loading={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>
            {t('common.more')}
          </Button>
        </p>
      ) : null}
    </div>
  )
}

function filterOf(address: URLSearchParams): AuditFilter {
  const filter: AuditFilter = {}
  for (const name of FIELDS) {
    const text = address.get(name)
    if (text !== null) filter[name] = text
  }
  const [since, until] = [address.get('since'), address.get('until')]
  if (since !== null) filter.since = startOfDay(since)
  if (until !== null) filter.until = startOfDay(until, 1)
  return filter
}

function ChainState({ rows, filtered }: { rows: readonly AuditEntry[]; filtered: boolean }) {
  const t = useMessages()
  const { data: anchor } = useQuery(lastAnchorQuery)
  const broken = filtered ? null : firstBreak(rows)
  const state = filtered ? 'unknown' : broken === null ? 'intact' : 'broken'
  return (
    <div className={admin.state} data-state={state} role="status">
      {filtered
        ? t('audit.filtered')
        : broken === null
          ? t('audit.intact', { count: rows.length })
          : t('audit.broken', { number: broken })}
      <span className={admin.chain}>
        {anchor == null
          ? t('audit.unsigned')
          : t('audit.signed', { day: anchor.day, number: anchor.sequence })}
        {anchor == null ? null : <code className={admin.hash}>{anchor.hash.slice(0, 16)}…</code>}
      </span>
    </div>
  )
}

function TextFilter({
  label,
  text,
  onSearch,
}: {
  label: string
  text: string
  onSearch: (text: string) => void
}) {
  const [typed, setTyped] = useState(text)
  return (
    <Input.Search
      allowClear
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onSearch={(value) => onSearch(value.trim())}
    />
  )
}

function AuditTable({ rows }: { rows: readonly AuditEntry[] }) {
  const t = useMessages()
  const format = useFormat()
  return (
    <ScrollRegion label={t('audit.title')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('audit.sequence')}</th>
            <th scope="col">{t('audit.at')}</th>
            <th scope="col">{t('audit.actor')}</th>
            <th scope="col">{t('audit.action')}</th>
            <th scope="col">{t('audit.subjectType')}</th>
            <th scope="col">{t('audit.details')}</th>
            <th scope="col">{t('audit.hash')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.sequence}>
              <td>{row.sequence}</td>
              <td>{format.exact(row.at)}</td>
              <td>{row.actor}</td>
              <td>{row.action}</td>
              <td>
                {row.subject_type}
                <small>{row.subject_id}</small>
              </td>
              <td className={admin.details} title={row.details}>
                {row.note}
                <small>{row.details}</small>
              </td>
              <td>
                <code className={admin.hash} title={row.hash}>
                  {row.hash.slice(0, 12)}
                </code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
