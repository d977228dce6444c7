import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

import { camerasQuery } from '@/api/cameras'
import { caseCountQuery } from '@/api/cases'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { isBlind } from '@/features/cameras/gaps'
import { useSession } from '@/features/session/session'

import styles from './Figures.module.css'
import { meaningOf, type FigureName, type Tone } from './figures'
import type { Period } from './period'

interface Props {
  /** What the figures have in common. */
  title: string
  names: readonly FigureName[]
  period: Period
  /** More figures of the same row. */
  children?: ReactNode
}

/** Large counts of cases, each leading to its list. */
export function Figures({ title, names, period, children }: Props) {
  const t = useMessages()
  return (
    <section className={styles.figures} aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {names.map((name) => (
          <CaseFigure key={name} name={name} label={t(`overview.${name}`)} period={period} />
        ))}
        {children}
      </ul>
    </section>
  )
}

function CaseFigure({ name, label, period }: { name: FigureName; label: string; period: Period }) {
  const { user } = useSession()
  const { filter, to, tone } = meaningOf(name, user.role, period)
  const { data: count } = useQuery(caseCountQuery(filter))
  return <Figure label={label} to={to} tone={tone} count={count} />
}

/** Cameras that are on and see nothing of their street. */
export function BlindFigure() {
  const t = useMessages()
  const { data: cameras } = useQuery(camerasQuery)
  return (
    <Figure label={t('overview.blind')} to="/cameras" tone="bad" count={cameras?.filter(isBlind).length} />
  )
}

interface FigureProps {
  label: string
  to: string
  tone: Tone
  count: number | undefined
}

function Figure({ label, to, tone, count }: FigureProps) {
  const format = useFormat()
  return (
    <li>
      <Link to={to} data-tone={count === 0 && tone !== 'good' ? 'none' : tone}>
        <strong>{count === undefined ? '–' : format.number(count)}</strong>
        <span>{label}</span>
      </Link>
    </li>
  )
}
