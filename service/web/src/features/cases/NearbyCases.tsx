import { Link } from 'react-router'

import type { Suggestion } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { StatusLabel } from './CaseLabels'

import styles from './NearbyCases.module.css'

interface Props {
  neighbours: readonly Suggestion[]
  /** Where given, the rows are choices, each with its digit; else they lead to their cases. */
  onChoose?: ((id: string) => void) | undefined
}

/** Open cases of the same kind around the one on screen. */
export function NearbyCases({ neighbours, onChoose }: Props) {
  const t = useMessages()
  const format = useFormat()
  return (
    <ol className={styles.list}>
      {neighbours.map(({ case: row, metres, alike }, index) => {
        const content = (
          <>
            {row.thumbnail_url === null ? <i /> : <img src={row.thumbnail_url} alt="" loading="lazy" />}
            <span>
              <strong>{row.number}</strong>
              <small>
                {format.ago(row.occurred_at)}
                {' · '}
                {t('review.metres', { count: Math.round(metres) })}
                {alike === null ? null : ` · ${t('review.alike', { percent: format.percent(alike) })}`}
              </small>
            </span>
            <StatusLabel status={row.status} />
          </>
        )
        return (
          <li key={row.id}>
            {onChoose === undefined ? (
              <Link to={`/cases/${row.id}`}>{content}</Link>
            ) : (
              <button type="button" onClick={() => onChoose(row.id)}>
                <kbd>{index + 1}</kbd>
                {content}
              </button>
            )}
          </li>
        )
      })}
    </ol>
  )
}
