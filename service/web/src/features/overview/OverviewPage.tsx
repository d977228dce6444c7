import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Maximize, Minimize, Printer } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'react-router'

import { camerasQuery } from '@/api/cameras'
import { caseCountQuery, type CaseFilter } from '@/api/cases'
import { useWords } from '@/api/catalogue'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { mayOpen } from '@/app/pages'
import { KindLabel } from '@/features/cases/CaseLabels'
import { useSession } from '@/features/session/session'

import { HotSpotMap } from './HotSpotMap'
import { LatestCases } from './LatestCases'
import styles from './OverviewPage.module.css'
import { RankingTable } from './RankingTable'
import { TrendChart } from './TrendChart'

const DAY_MS = 86_400_000
const PERIOD_DAYS = 30

/** What needs somebody now, what happened in thirty days, and where. */
export default function OverviewPage() {
  const t = useMessages()
  const format = useFormat()
  const { list } = useWords()
  const { user } = useSession()
  const page = useRef<HTMLDivElement>(null)
  // One period for all figures of a visit; a new one each day would ask for everything anew.
  const [since] = useState(() => new Date(Date.now() - PERIOD_DAYS * DAY_MS).toISOString())
  const [until] = useState(() => new Date().toISOString())
  const [wall, setWall] = useState(false)

  useEffect(() => {
    const onChange = () => setWall(document.fullscreenElement !== null)
    document.addEventListener('fullscreenchange', onChange)
    return () => document.removeEventListener('fullscreenchange', onChange)
  }, [])
  const toggleWall = () => {
    if (document.fullscreenElement !== null) void document.exitFullscreen()
    else void page.current?.requestFullscreen()
  }

  const review = mayOpen(user.role, 'review') ? '/review' : '/cases?status=pending'
  return (
    <div ref={page} className={styles.page} data-wall={wall}>
      <header className={styles.header}>
        <h1>{t('overview.title')}</h1>
        <p>{t('overview.updated', { time: format.dateTime(until) })}</p>
        <span className={styles.tools}>
          <Button icon={<Printer size={16} />} onClick={() => window.print()}>
            {t('overview.print')}
          </Button>
          <Button icon={wall ? <Minimize size={16} /> : <Maximize size={16} />} onClick={toggleWall}>
            {wall ? t('overview.leaveWall') : t('overview.wall')}
          </Button>
        </span>
      </header>
      <section className={styles.figures} aria-label={t('overview.now')}>
        <Figure name={t('overview.pending')} filter={{ status: ['pending'] }} to={review} tone="warn" />
        <Figure
          name={t('overview.filed')}
          filter={{ status: ['filed'] }}
          to="/cases?status=filed"
          tone="warn"
        />
        <Figure
          name={t('overview.handling')}
          filter={{ status: ['dispatched', 'in_progress'] }}
          to="/cases?status=dispatched&status=in_progress"
        />
        <Figure
          name={t('overview.check')}
          filter={{ status: ['rectified'] }}
          to="/cases?status=rectified"
          tone="warn"
        />
        <Figure
          name={t('overview.overdue')}
          filter={{ overdue: true, status: ['dispatched', 'in_progress'] }}
          to="/cases?only=overdue&status=dispatched&status=in_progress"
          tone="bad"
        />
        <Figure
          name={t('overview.escalated')}
          filter={{ escalated: true, status: ['dispatched', 'in_progress'] }}
          to="/cases?only=escalated&status=dispatched&status=in_progress"
          tone="bad"
        />
        <Figure
          name={t('overview.relapse')}
          filter={{ relapse: true, since }}
          to="/cases?only=relapse"
          tone="bad"
        />
        <Figure
          name={t('overview.closed')}
          filter={{ status: ['closed', 'archived'], since }}
          to="/cases?status=closed&status=archived"
          tone="good"
        />
      </section>
      <div className={styles.columns}>
        <div className={styles.side}>
          <section className={styles.card}>
            <h2>{t('overview.trend')}</h2>
            <TrendChart since={since} until={until} />
          </section>
          <section className={styles.card}>
            <h2>{t('overview.hotSpots')}</h2>
            <HotSpotMap since={since} until={until} />
          </section>
          <section className={styles.card}>
            <RankingTable />
          </section>
        </div>
        <div className={styles.side}>
          <section className={styles.card}>
            <h2>{t('overview.byKind')}</h2>
            <ul className={styles.kinds}>
              {list('kinds').map(({ code }) => (
                <KindBar key={code} kind={code} since={since} />
              ))}
            </ul>
          </section>
          <section className={styles.card}>
            <h2>{t('overview.cameras')}</h2>
            <CameraFigures />
          </section>
          <section className={styles.card}>
            <h2>{t('overview.latest')}</h2>
            <LatestCases />
          </section>
        </div>
      </div>
    </div>
  )
}

interface FigureProps {
  name: string
  filter: CaseFilter
  to: string
  tone?: 'warn' | 'bad' | 'good'
}

function Figure({ name, filter, to, tone }: FigureProps) {
  const format = useFormat()
  const { data: count } = useQuery(caseCountQuery(filter))
  return (
    <Link className={styles.figure} to={to} data-tone={count === 0 && tone !== 'good' ? 'none' : tone}>
      <strong>{count === undefined ? '–' : format.number(count)}</strong>
      <span>{name}</span>
    </Link>
  )
}

function KindBar({ kind, since }: { kind: string; since: string }) {
  const format = useFormat()
  // The catalogue's codes are the API's kinds.
  const { data: count } = useQuery(caseCountQuery({ kind: [kind] as NonNullable<CaseFilter['kind']>, since }))
  const { data: all } = useQuery(caseCountQuery({ since }))
  const part = count === undefined || all === undefined || all === 0 ? 0 : count / all
  return (
    <li>
      <Link to={`/cases?kind=${kind}`}>
        <KindLabel kind={kind} />
        <meter min={0} max={1} value={part} aria-hidden />
        <b>{count === undefined ? '–' : format.number(count)}</b>
      </Link>
    </li>
  )
}

function CameraFigures() {
  const t = useMessages()
  const { data: cameras } = useQuery(camerasQuery)
  if (cameras === undefined) return <p>{t('app.loading')}</p>
  const enabled = cameras.filter((camera) => camera.enabled)
  const down = enabled.filter((camera) => camera.status?.state !== 'running')
  return (
    <>
      <p className={styles.states}>
        <span data-tone="good">{t('overview.camerasRunning', { count: enabled.length - down.length })}</span>
        {down.length === 0 ? null : (
          <span data-tone="bad">{t('overview.camerasDown', { count: down.length })}</span>
        )}
      </p>
      <ul className={styles.down}>
        {down.map((camera) => (
          <li key={camera.id}>
            <Link to={`/cameras/${camera.id}`}>{camera.name === '' ? camera.id : camera.name}</Link>
            <small>{t(`cameras.state.${camera.status?.state ?? 'unknown'}`)}</small>
          </li>
        ))}
      </ul>
    </>
  )
}
