import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import type { ReactNode } from 'react'

import type { CaseRow } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useNow } from '@/shared/useNow'

import { EscalatedLabel, KindLabel, StatusLabel, SuspectedLabel } from './CaseLabels'
import styles from './CaseTable.module.css'
import type { Column } from './columns'
import { DeadlineClock } from './DeadlineClock'

interface Props {
  rows: readonly CaseRow[]
  stale: boolean
  columns: readonly Column[]
  /** Identifiers of the chosen rows, and what changes them; without it, rows cannot be chosen. */
  choice?: { chosen: ReadonlySet<string>; onChange: (chosen: ReadonlySet<string>) => void } | undefined
}

/** Cases as rows; on a phone the same rows are cards. */
export function CaseTable({ rows, stale, columns, choice }: Props) {
  const t = useMessages()
  const cells = useCells()
  const all = choice !== undefined && rows.length > 0 && rows.every((row) => choice.chosen.has(row.id))
  const toggle = (id: string) => {
    if (choice === undefined) return
    const next = new Set(choice.chosen)
    if (!next.delete(id)) next.add(id)
    choice.onChange(next)
  }
  return (
    <table className={styles.table} data-stale={stale}>
      <thead>
        <tr>
          {choice === undefined ? null : (
            <th scope="col" className={styles.choice}>
              <input
                type="checkbox"
                checked={all}
                aria-label={t('cases.selectAll')}
                onChange={() => choice.onChange(new Set(all ? [] : rows.map((row) => row.id)))}
              />
            </th>
          )}
          <th scope="col" className={styles.picture}>
            <span className="visually-hidden">{t('cases.evidence')}</span>
          </th>
          <th scope="col">{t('case.number')}</th>
          {columns.map((column) => (
            <th key={column} scope="col" className={column === 'confidence' ? styles.figure : undefined}>
              {columnTitle(t, column)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            {choice === undefined ? null : (
              <td className={styles.choice}>
                <input
                  type="checkbox"
                  checked={choice.chosen.has(row.id)}
                  aria-label={t('cases.select', { number: row.number })}
                  onChange={() => toggle(row.id)}
                />
              </td>
            )}
            <td className={styles.picture}>
              {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" loading="lazy" />}
            </td>
            <td className={styles.number}>
              <Link to={`/cases/${row.id}`}>{row.number}</Link>
            </td>
            {columns.map((column) => (
              <td key={column} className={styles[column]}>
                {cells[column](row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function columnTitle(t: ReturnType<typeof useMessages>, column: Column): string {
  switch (column) {
    case 'kind':
    case 'status':
    case 'place':
    case 'unit':
    case 'due':
    case 'confidence':
      return t(`case.${column}`)
    case 'occurred':
      return t('case.occurredAt')
    case 'created':
      return t('cases.createdAt')
  }
}

function useCells(): Readonly<Record<Column, (row: CaseRow) => ReactNode>> {
  const t = useMessages()
  const format = useFormat()
  const now = useNow(60_000)
  const { data: units = [] } = useQuery(unitsQuery)
  const names = new Map(units.map((unit) => [unit.id, unit.name]))
  const time = (iso: string) => <time dateTime={iso}>{format.exact(iso)}</time>
  return {
    kind: (row) => (
      <>
        <KindLabel kind={row.kind} count={row.count} /> {row.suspected ? <SuspectedLabel /> : null}
      </>
    ),
    status: (row) => (
      <>
        <StatusLabel status={row.status} /> {row.escalated_at === null ? null : <EscalatedLabel />}
      </>
    ),
    place: (row) => placeOf(row) ?? t('case.noCamera'),
    unit: (row) => (row.unit_id === null ? '' : (names.get(row.unit_id) ?? '')),
    due: (row) => <DeadlineClock row={row} now={now} />,
    occurred: (row) => time(row.occurred_at),
    created: (row) => time(row.created_at),
    confidence: (row) => format.percent(row.confidence),
  }
}

function placeOf(row: CaseRow): string | null {
  if (row.camera_id === null) return null
  const camera = row.camera_name === null || row.camera_name === '' ? row.camera_id : row.camera_name
  return row.zone === null ? camera : `${camera} · ${row.zone}`
}
