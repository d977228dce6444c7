import { useQuery } from '@tanstack/react-query'

import { trendQuery } from '@/api/figures'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { problemText } from '@/shared/problemText'

import type { Period } from './period'
import styles from './TrendChart.module.css'
import { useLetterSize } from './useLetterSize'

/** Of a letter of the page, in the drawing's units: all sizes follow the page's text. */
const LETTER = 14
const BOTTOM = 22
const LEFT = 34

/** Filed and closed cases, two bars a day. Drawn by itself: thirty days need no chart library. */
export function TrendChart({ since, until }: Period) {
  const t = useMessages()
  const format = useFormat()
  const [frame, [width, height]] = useLetterSize(LETTER, [720, 200])
  const { data: points, error } = useQuery(trendQuery(since, until))
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (points === undefined) return <p>{t('app.loading')}</p>
  const most = Math.max(1, ...points.map((point) => Math.max(point.found, point.settled)))
  const step = (width - LEFT) / Math.max(1, points.length)
  const tall = (count: number) => (count / most) * (height - BOTTOM - 12)
  const total = (name: 'found' | 'settled') => points.reduce((sum, point) => sum + point[name], 0)
  const every = Math.ceil(points.length / Math.max(2, Math.floor(width / 80)))
  return (
    <figure className={styles.chart}>
      <svg
        ref={frame}
        preserveAspectRatio="none"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t('overview.trendAlt', { found: total('found'), settled: total('settled') })}
      >
        {[0, 0.5, 1].map((part) => {
          const y = height - BOTTOM - tall(most * part)
          return (
            <g key={part}>
              <line x1={LEFT} x2={width} y1={y} y2={y} />
              <text x={LEFT - 6} y={y + 4} textAnchor="end">
                {format.number(most * part, most < 4 ? 1 : 0)}
              </text>
            </g>
          )
        })}
        {points.map((point, index) => {
          const x = LEFT + index * step
          const bar = (name: 'found' | 'settled' | 'late', at: number) => (
            <rect
              data-name={name}
              x={x + step * at}
              y={height - BOTTOM - tall(point[name])}
              width={step * 0.36}
              height={tall(point[name])}
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
              <rect x={x} y={0} width={step} height={height - BOTTOM} data-name="day" />
              {bar('found', 0.12)}
              {bar('late', 0.12)}
              {bar('settled', 0.52)}
              {index % every === 0 ? (
                <text
                  x={x + step / 2}
                  y={height - 5}
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
