import { useQuery } from '@tanstack/react-query'
import { Minimize } from 'lucide-react'
import { useEffect, useEffectEvent, useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'

import { rankingQuery } from '@/api/figures'
import { useFormat } from '@/app/format'
import { LiveProvider, useConnection } from '@/app/live'
import { useMessages } from '@/app/locale'
import { districtZone } from '@/app/zone'
import { LargeMap } from '@/features/map/LargeMap'
import { MapLegend } from '@/features/map/MapLegend'
import { Mark } from '@/shared/Mark'
import { useNow } from '@/shared/useNow'

import { CameraSight } from './CameraSight'
import { BlindFigure, Figures } from './Figures'
import { FIGURES } from './figures'
import { KindBars } from './KindBars'
import { usePeriod } from './period'
import { TrendChart } from './TrendChart'
import { useMapContent } from './useMapContent'
import { useNews } from './useNews'
import { useWakeLock } from './useWakeLock'
import styles from './WallPage.module.css'
import { weekAfter, weekNow } from './week'

const PERIOD_DAYS = 30
const RANKED = 6
const CAMERAS = 3
const POINTER_MS = 3_000
const SECOND_MS = 1_000

/** The overview for a screen on a wall: large, without controls, as new as the events, awake. Its address is /wall. */
export default function WallPage() {
  return (
    <LiveProvider>
      <Wall />
    </LiveProvider>
  )
}

function Wall() {
  const t = useMessages()
  const period = usePeriod(PERIOD_DAYS)
  const { content } = useMapContent(period)
  const moved = usePointer()
  const leave = useLeaving()
  useNews()
  useWakeLock()
  return (
    <main className={styles.wall} data-moved={moved}>
      <Header />
      <Figures title={t('overview.all')} names={FIGURES} period={period}>
        <BlindFigure />
      </Figures>
      <div className={styles.columns}>
        <Panel name="map" title={t('overview.hotSpots')}>
          <div className={styles.map}>
            <LargeMap still {...content} />
          </div>
          <MapLegend />
        </Panel>
        <Panel name="trend" title={t('overview.trend')}>
          <TrendChart {...period} />
        </Panel>
        <Panel name="kinds" title={t('overview.byKind')}>
          <KindBars period={period} />
        </Panel>
        <Ranking />
        <Panel name="cameras" title={t('overview.cameras')}>
          <CameraSight shown={CAMERAS} />
        </Panel>
      </div>
      <button type="button" className={styles.leave} onClick={leave}>
        <Minimize size={18} aria-hidden /> {t('overview.leaveWall')}
        <kbd>Esc</kbd>
      </button>
    </main>
  )
}

function Header() {
  const t = useMessages()
  const format = useFormat()
  const connection = useConnection()
  const now = new Date(useNow(SECOND_MS)).toISOString()
  return (
    <header className={styles.header}>
      <Mark size={30} />
      <h1>
        {t('app.name')} · {t('overview.title')}
      </h1>
      {connection === 'lost' ? <p role="status">{t('overview.offline')}</p> : null}
      <time>
        {format.date(now)} <b>{format.time(now)}</b>
      </time>
    </header>
  )
}

function Panel({ name, title, children }: { name: string; title: string; children: ReactNode }) {
  return (
    <section className={styles.panel} data-name={name}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

function Ranking() {
  const t = useMessages()
  const format = useFormat()
  const now = weekNow(districtZone(), new Date(useNow(60 * SECOND_MS)))
  const { data: current } = useQuery(rankingQuery(now))
  const { data: before } = useQuery(rankingQuery(weekAfter(now, -1)))
  // On a Monday nothing can be judged yet: the week before stays.
  const ranking = current?.items.some(({ rank }) => rank !== null) === false ? before : current
  const units = ranking?.items.filter(({ rank }) => rank !== null).slice(0, RANKED) ?? []
  return (
    <Panel name="ranking" title={t('overview.ranking', { week: ranking?.week ?? now })}>
      <ol className={styles.ranking}>
        {units.map(({ unit_id: id, rank, name, score, late }) => (
          <li key={id}>
            <b>{rank}</b>
            <span>{name}</span>
            <small>{late === 0 ? '' : `${t('overview.late')} ${format.number(late)}`}</small>
            <strong>{format.number(score ?? 0, 1)}</strong>
          </li>
        ))}
      </ol>
      {ranking !== undefined && units.length === 0 ? <p>{t('overview.rankingNone')}</p> : null}
    </Panel>
  )
}

/** Whether somebody moves the pointer or uses the keyboard: only then there is a button to leave by. */
function usePointer(): boolean {
  const [moved, setMoved] = useState(false)
  useEffect(() => {
    let timer: number | undefined
    const onMove = () => {
      setMoved(true)
      window.clearTimeout(timer)
      timer = window.setTimeout(() => setMoved(false), POINTER_MS)
    }
    const events = ['pointermove', 'pointerdown', 'keydown']
    for (const name of events) window.addEventListener(name, onMove)
    return () => {
      window.clearTimeout(timer)
      for (const name of events) window.removeEventListener(name, onMove)
    }
  }, [])
  return moved
}

/** Leads back to the overview: by the button, by Esc, or by leaving the full screen, which takes the Esc for itself. */
function useLeaving(): () => void {
  const navigate = useNavigate()
  const leave = () => {
    if (document.fullscreenElement !== null) void document.exitFullscreen()
    void navigate('/overview')
  }
  const onLeave = useEffectEvent(leave)
  useEffect(() => {
    const onKey = ({ key }: KeyboardEvent) => {
      if (key === 'Escape') onLeave()
    }
    const onFullscreen = () => {
      if (document.fullscreenElement === null) onLeave()
    }
    window.addEventListener('keydown', onKey)
    document.addEventListener('fullscreenchange', onFullscreen)
    return () => {
      window.removeEventListener('keydown', onKey)
      document.removeEventListener('fullscreenchange', onFullscreen)
    }
  }, [])
  return leave
}
