import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { ArrowLeft, Download } from 'lucide-react'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'

import { useWords } from '@/api/catalogue'
import { caseQuery } from '@/api/cases'
import type { Case, Role } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'
import { useNow } from '@/shared/useNow'

import { BeforeAfter } from './BeforeAfter'
import { BoxOverlay } from './BoxOverlay'
import { CaseActions } from './CaseActions'
import { CaseFacts } from './CaseFacts'
import { CaseHistory } from './CaseHistory'
import { EscalatedLabel, KindLabel, StatusLabel, SuspectedLabel } from './CaseLabels'
import styles from './CasePage.module.css'
import { CaseStandard } from './CaseStandard'
import { CaseSurroundings } from './CaseSurroundings'
import { DeadlineClock } from './DeadlineClock'
import { EvidenceFiles } from './EvidenceFiles'
import { EvidenceStage } from './EvidenceStage'
import { boxedOriginal, inViewOrder } from './evidenceViews'
import { Viewers } from './Viewers'

/** Who sees all cases of an area, may take a case file away and sees who else looks, as the server's rules say. */
const OVERSEERS: ReadonlySet<Role> = new Set(['operator', 'supervisor', 'administrator', 'auditor'])

/** One case: evidence, facts, what happened, and what the reader may do. */
export default function CasePage() {
  const t = useMessages()
  const { id = '' } = useParams()
  const { data, error, refetch } = useQuery(caseQuery(id))
  if (data !== undefined) return <CaseView found={data} />
  if (error === null) return <EmptyState title={t('app.loading')} />
  return (
    <EmptyState
      title={t('cases.loadFailed')}
      hint={problemText(t, error)}
      action={<Button onClick={() => void refetch()}>{t('common.retry')}</Button>}
    />
  )
}

function CaseView({ found }: { found: Case }) {
  const t = useMessages()
  const navigate = useNavigate()
  const { word } = useWords()
  const [selected, setSelected] = useState<string | null>(null)
  const oversees = OVERSEERS.has(useSession().user.role)
  const original = boxedOriginal(found)
  // Afterwards is beside before in the comparison; the stage shows the offence first.
  const views = inViewOrder(found.evidence)
  const evidence = [
    ...views.filter((file) => file.role !== 'after'),
    ...views.filter((file) => file.role === 'after'),
  ]
  const goBack = () => {
    if (window.history.length > 1) void navigate(-1)
    else void navigate('/cases')
  }
  return (
    <article className={styles.page}>
      <header className={styles.header}>
        <button type="button" className={styles.back} aria-label={t('common.back')} onClick={goBack}>
          <ArrowLeft size={20} aria-hidden />
        </button>
        <h1>{found.number}</h1>
        <StatusLabel status={found.status} />
        <KindLabel kind={found.kind} count={found.count} />
        {found.suspected ? <SuspectedLabel /> : null}
        <DeadlineClock row={found} detail={found} now={useNow(30_000)} />
        {found.escalated_at === null ? null : <EscalatedLabel />}
        {oversees ? <Viewers id={found.id} /> : null}
        {oversees ? (
          <a className={styles.package} href={`/api/v1/cases/${found.id}/package`} download>
            <Download size={16} aria-hidden /> {t('cases.package')}
          </a>
        ) : null}
      </header>
      <div className={styles.stage}>
        <EvidenceStage
          evidence={evidence}
          selected={selected}
          onSelect={setSelected}
          kind={word('kinds', found.kind)}
          overlay={original === null ? null : { of: original.id, drawing: <BoxOverlay found={found} /> }}
        />
      </div>
      <aside className={styles.aside}>
        <CaseActions found={found} />
        <section className={styles.card}>
          <h2>{t('review.facts')}</h2>
          <CaseFacts row={found} detail={found} />
          <CaseSurroundings row={found} nearby={oversees} />
        </section>
        <section className={styles.card}>
          <h2>{t('cases.history')}</h2>
          <CaseHistory history={found.history} />
        </section>
        <CaseStandard found={found} />
      </aside>
      <div className={styles.below}>
        <BeforeAfter evidence={found.evidence} />
        <EvidenceFiles evidence={found.evidence} />
      </div>
    </article>
  )
}
