import { useQuery } from '@tanstack/react-query'

import { trendQuery } from '@/api/figures'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import styles from './TrendChart.module.css'

const WIDTH = 720
const HEIGHT = 200
const BOTTOM = 22
const LEFT = 34

/** Filed and closed cases, two bars a day. Drawn by itself: thirty days need no chart library. */
export function TrendChart({ since, until }: { since: string; until: string }) {
  const t = useMessages()
  const format = useFormat()
  const { data: points, error } = useQuery(trendQuery(since, until))
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (points === undefined) return <p>{t('app.loading')}</p>
  const most = Math.max(1, ...points.map((point) => Math.max(point.found, point.settled)))
  const step = (WIDTH - LEFT) / Math.max(1, points.length)
  const height = (count: number) => (count / most) * (HEIGHT - BOTTOM - 12)
  const total = (name: 'found' | 'settled') => points.reduce((sum, point) => sum + point[name], 0)
  const every = Math.ceil(points.length / 6)
  return (
    <figure className={styles.chart}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t('overview.trendAlt', { found: total('found'), settled: total('settled') })}
      >
        {[0, 0.5, 1].map((part) => {
          const y = HEIGHT - BOTTOM - height(most * part)
          return (
            <g key={part}>
              <line x1={LEFT} x2={WIDTH} y1={y} y2={y} />
              <text x={LEFT - 6} y={y + 4} textAnchor="end">
                {format.number(most * part, most < 4 ? 1 : 0)}
              </text>
            </g>
          )
        })}
        {points.map((point, index) => {
          const x = LEFT + index * step
          const bar = (name: 'found' | 'settled' | 'late', at: number, width: number) => (
            <rect
              data-name={name}
              x={x + step * at}
              y={HEIGHT - BOTTOM - height(point[name])}
              width={step * width}
              height={height(point[name])}
            />
          )
          return (
            <g key={point.since}>
              <title>
                {t('overview.trendDay', {
                  day: format.date(point.since),
                  found: point.found,
                  settled: point.settled,
                  late: point.late,
                  relapses: point.relapses,
                })}
              </title>
              <rect x={x} y={0} width={step} height={HEIGHT - BOTTOM} data-name="day" />
              {bar('found', 0.12, 0.36)}
              {bar('late', 0.12, 0.36)}
              {bar('settled', 0.52, 0.36)}
              {index % every === 0 ? (
                <text
                  x={x + step / 2}
                  y={HEIGHT - 5}
                  textAnchor={index > points.length - every / 2 ? 'end' : 'middle'}
                >
                  {format.day(point.since)}
                </text>
              ) : null}
            </g>
          )
        })}
      </svg>
      <figcaption>
        <span data-name="found">{t('overview.trendFound')}</span>
        <span data-name="late">{t('overview.trendLate')}</span>
        <span data-name="settled">{t('overview.trendSettled')}</span>
      </figcaption>
    </figure>
  )
}
