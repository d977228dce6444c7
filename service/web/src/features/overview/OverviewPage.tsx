import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Maximize, Printer } from 'lucide-react'
import type { ReactNode } from 'react'
import { useNavigate } from 'react-router'

import { caseCountQuery } from '@/api/cases'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'

import { CameraSight } from './CameraSight'
import { BlindFigure, Figures } from './Figures'
import { figuresOf, meaningOf } from './figures'
import { HotSpotMap } from './HotSpotMap'
import { KindBars } from './KindBars'
import { LatestCases } from './LatestCases'
import styles from './OverviewPage.module.css'
import { usePeriod, type Period } from './period'
import { RankingTable } from './RankingTable'
import { RelapseList } from './RelapseList'
import { TrendChart } from './TrendChart'
import { useNews } from './useNews'

const PERIOD_DAYS = 30

/** What needs somebody now, what happened in thirty days, and where. */
export default function OverviewPage() {
  const t = useMessages()
  const navigate = useNavigate()
  const { user } = useSession()
  const period = usePeriod(PERIOD_DAYS)
  useNews()
  const { mine, others } = figuresOf(user.role)
  const openWall = () => {
    // A browser that refuses shows the wall in its window.
    document.documentElement.requestFullscreen().catch(() => undefined)
    void navigate('/wall')
  }
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>
          <span className={styles.paper}>{t('app.name')} · </span>
          {t('overview.title')}
        </h1>
        <Updated period={period} />
        <span className={styles.tools}>
          <Button icon={<Printer size={16} />} onClick={() => window.print()}>
            {t('overview.print')}
          </Button>
          <Button icon={<Maximize size={16} />} onClick={openWall}>
            {t('overview.wall')}
          </Button>
        </span>
      </header>
      <div className={styles.figures}>
        {mine.length === 0 ? null : <Figures title={t('overview.mine')} names={mine} period={period} />}
        <Figures title={t('overview.all')} names={others} period={period}>
          <BlindFigure />
        </Figures>
      </div>
      <div className={styles.columns}>
        <div className={styles.side}>
          <Card title={t('overview.trend')}>
            <TrendChart {...period} />
          </Card>
          <Card title={t('overview.hotSpots')}>
            <HotSpotMap period={period} />
          </Card>
          <section className={styles.card}>
            <RankingTable />
          </section>
        </div>
        <div className={styles.side}>
          <Card title={t('overview.byKind')}>
            <KindBars period={period} />
          </Card>
          <Card title={t('overview.relapse')}>
            <RelapseList period={period} />
          </Card>
          <Card title={t('overview.cameras')}>
            <CameraSight />
          </Card>
          <Card title={t('overview.latest')}>
            <LatestCases />
          </Card>
        </div>
      </div>
    </div>
  )
}

function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.card}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** Which days it covers, and when the counts were last asked for. */
function Updated({ period }: { period: Period }) {
  const t = useMessages()
  const format = useFormat()
  const { user } = useSession()
  const { dataUpdatedAt } = useQuery(caseCountQuery(meaningOf('closed', user.role, period).filter))
  if (dataUpdatedAt === 0) return null
  const [day, time] = [format.date(period.since), format.dateTime(new Date(dataUpdatedAt).toISOString())]
  return <p>{t('overview.since', { day, time })}</p>
}
