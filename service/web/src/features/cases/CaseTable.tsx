import { useQuery } from '@tanstack/react-query'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { memo, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import { Link } from 'react-router'

import type { CaseRow } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useNow } from '@/shared/useNow'

import { EscalatedLabel, KindLabel, StatusLabel, SuspectedLabel } from './CaseLabels'
import type { Order } from './caseFilter'
import styles from './CaseTable.module.css'
import type { Column } from './columns'
import { DeadlineClock } from './DeadlineClock'

interface Props {
  rows: readonly CaseRow[]
  stale: boolean
  columns: readonly Column[]
  order: Order
  onOrder: (order: Order) => void
  /** Identifiers of the chosen rows, and what changes them; without it, rows cannot be chosen. */
  choice?: Choice | undefined
}

interface Choice {
  chosen: ReadonlySet<string>
  onToggle: (id: string) => void
  onAll: (chosen: ReadonlySet<string>) => void
}

/** Until a row was measured; rows of a phone are cards, and higher. */
const ROW_PX = 61
const BEYOND = 8

/**
 * Cases as rows; on a phone the same rows are cards. Only rows on screen and a few beyond are drawn, so that ten thousand
 * scroll as fast as fifty.
 */
export function CaseTable({ rows, stale, columns, order, onOrder, choice }: Props) {
  const t = useMessages()
  const cells = useCells()
  const body = useRef<HTMLTableSectionElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const element = body.current
    if (element === null) return
    const measure = () => setTop(element.getBoundingClientRect().top + window.scrollY)
    measure()
    // What stands above the rows may grow: filters wrap, a notice comes.
    const watcher = new ResizeObserver(measure)
    watcher.observe(document.body)
    return () => watcher.disconnect()
  }, [])
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.id ?? index,
  })
  const shown = virtual.getVirtualItems()
  const above = (shown[0]?.start ?? top) - top
  const below = virtual.getTotalSize() - ((shown.at(-1)?.end ?? top) - top)
  const all = choice !== undefined && rows.length > 0 && rows.every((row) => choice.chosen.has(row.id))
  return (
    <table className={styles.table} data-stale={stale} aria-rowcount={rows.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          {choice === undefined ? null : (
            <th scope="col" className={styles.choice}>
              <input
                type="checkbox"
                checked={all}
                aria-label={t('cases.selectAll')}
                onChange={() => choice.onAll(new Set(all ? [] : rows.map((row) => row.id)))}
              />
            </th>
          )}
          <th scope="col" className={styles.picture}>
            <span className="visually-hidden">{t('cases.evidence')}</span>
          </th>
          <th scope="col" className={styles.number}>
            {t('case.number')}
          </th>
          {columns.map((column) =>
            column === 'occurred' ? (
              <th
                key={column}
                scope="col"
                className={styles.occurred}
                aria-sort={order === 'newest' ? 'descending' : 'ascending'}
              >
                <button
                  type="button"
                  title={t(order === 'newest' ? 'cases.order.oldest' : 'cases.order.newest')}
                  onClick={() => onOrder(order === 'newest' ? 'oldest' : 'newest')}
                >
                  {columnTitle(t, column)}
                  {order === 'newest' ? (
                    <ArrowDown size={13} aria-hidden />
                  ) : (
                    <ArrowUp size={13} aria-hidden />
                  )}
                </button>
              </th>
            ) : (
              <th key={column} scope="col" className={styles[column]}>
                {columnTitle(t, column)}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody ref={body}>
        <Gap height={above} />
        {shown.map(({ index, key }) => {
          const row = rows[index]
          return row === undefined ? null : (
            <CaseTableRow
              key={key}
              row={row}
              index={index}
              columns={columns}
              cells={cells}
              chosen={choice?.chosen.has(row.id) ?? false}
              onToggle={choice?.onToggle}
              measure={virtual.measureElement}
            />
          )
        })}
        <Gap height={below} />
      </tbody>
    </table>
  )
}

/** Room of the rows that are not drawn. */
function Gap({ height }: { height: number }) {
  return height <= 0 ? null : <tr aria-hidden className={styles.gap} style={{ height }} />
}

interface RowProps {
  row: CaseRow
  index: number
  columns: readonly Column[]
  cells: Cells
  chosen: boolean
  onToggle: ((id: string) => void) | undefined
  measure: (element: HTMLElement | null) => void
}

const CaseTableRow = memo(function CaseTableRow(props: RowProps) {
  const { row, index, columns, cells, chosen, onToggle, measure } = props
  const t = useMessages()
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2}>
      {onToggle === undefined ? null : (
        <td className={styles.choice}>
          <input
            type="checkbox"
            checked={chosen}
            aria-label={t('cases.select', { number: row.number })}
            onChange={() => onToggle(row.id)}
          />
        </td>
      )}
      <td className={styles.picture}>
        {row.thumbnail_url === null ? (
          <i />
        ) : (
          <img src={row.thumbnail_url} alt="" loading="lazy" decoding="async" />
        )}
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
  )
})

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

type Cells = Readonly<Record<Column, (row: CaseRow) => ReactNode>>

function useCells(): Cells {
  const t = useMessages()
  const format = useFormat()
  const now = useNow(60_000)
  const { data: units } = useQuery(unitsQuery)
  return useMemo(() => {
    const names = new Map(units?.map((unit) => [unit.id, unit.name]))
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
  }, [t, format, now, units])
}

function placeOf(row: CaseRow): string | null {
  if (row.camera_id === null) return null
  const camera = row.camera_name === null || row.camera_name === '' ? row.camera_id : row.camera_name
  return row.zone === null ? camera : `${camera} · ${row.zone}`
}
